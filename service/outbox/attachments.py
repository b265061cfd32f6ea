"""A file that goes with a request: its bytes, or where they wait, and what it must turn out to be. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.values import Hash32


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a request.

    Attributes:
        use: what it is to the request: `file`, `manifest`, `internal`, `preview` …
        sha256: SHA-256 of the bytes.
        size: in bytes.
        cid: computed here from the bytes, never believed; `cid_profile` names how.
        content: the bytes, kept in the database with the request; for manifests and other small files.
        path: where the bytes wait, below the home folder, written and synchronised before the request is accepted;
            for all others. Neither content nor path: they are in the content store already.
    """

    use: str
    sha256: Hash32
    size: int
    cid: str
    cid_profile: str
    content: bytes | None = field(default=None, repr=False)
    path: str | None = None
