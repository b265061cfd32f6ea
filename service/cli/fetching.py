"""What `qianyin verify` asks of an address that the reader named: bundles, and what a service knows of a file."""

from __future__ import annotations

import json

from indexer.values import Hash32, as_hex
from service.errors import NotFound, QianyinError, Unavailable

MOST_BYTES = 64 << 20


def deposit_at(service: str, digest: Hash32) -> str:
    """Ask a service for the oldest deposit of a file; the answer is a hint only, its bundle is what is checked.

    Raises:
        NotFound: it knows of none.
        Unavailable: its answer is no list of what it found.
    """
    from urllib.parse import quote, urlencode

    base = service.rstrip("/")
    works = _works_in(fetched(f"{base}/v1/search?{urlencode({'q': as_hex(digest)})}"), base)
    if not works:
        raise NotFound(
            "not-deposited",
            f"{base} 没有该文件的存证。",
            f"{base} knows of no deposit of this file.",
            sha256=as_hex(digest),
        )
    return f"{base}/v1/works/{quote(works[-1])}/evidence"


def _works_in(answer: bytes, base: str) -> list[str]:
    """Read the ids of works from the answer to a search; a service may be a stranger's."""
    try:
        return [str(one["id"]) for one in json.loads(answer)["results"] if one["kind"] == "work"]
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise Unavailable(
            "service-other",
            f"{base} 的应答不是检索结果；请核对地址。",
            f"What {base} answers is no list of what it found; check the address.",
        ) from fault


def fetched(url: str) -> bytes:
    """Fetch what is at an address, or as much of it as a bundle may have.

    Raises:
        Unavailable: nothing answers there, or it answers with something else than evidence.
    """
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(url, timeout=30) as answer:  # noqa: S310  http or https, the reader typed it
            octets: bytes = answer.read(MOST_BYTES + 1)
            form = answer.headers.get_content_type()
    except HTTPError as fault:
        raise _no_evidence(url, f"{fault.code} {fault.reason}", status=fault.code) from fault
    except (OSError, ValueError, HTTPException) as fault:
        raise Unavailable("url-silent", f"{url} 没有应答。", f"{url} does not answer: {fault}.") from fault
    if form == "text/html":
        raise _no_evidence(url, form, status=200)
    return octets


def _no_evidence(url: str, said: str, status: int) -> QianyinError:
    return Unavailable(
        "url-without-evidence",
        f"{url} 应答为 {said}，不是证据；证据包的地址为 …/v1/collectibles/编号/evidence 或 "
        "…/v1/works/编号/evidence。",
        f"{url} answers {said}, which is no evidence; a bundle is at …/v1/collectibles/NUMBER/evidence or "
        "…/v1/works/ID/evidence.",
        status=status,
    )
