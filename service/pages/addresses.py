"""Where each page is, and where its JSON twin is. Pure; the one place that knows the URL scheme."""

from __future__ import annotations

from urllib.parse import quote, urlencode

HOME = "/"
VERIFY = "/verify"
REFERENCE = "/docs"
STATIC = "/static/"
SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
RIGHTS = "/rights"
PROPOSALS = "/v1/proposals"
"""Where forms of acts on rights have their JSON twin."""


def search(query: str, after: str | None = None) -> str:
    """Return the address of the answers to `query`, from the keyset cursor `after` on."""
    return "/search?" + urlencode({"q": query} | ({"after": after} if after else {}))


def work(work_id: str) -> str:
    """Return the address of a work; `work_id` is `0x` and 64 digits."""
    return f"/w/{quote(work_id)}"


def collection(collection_id: str) -> str:
    """Return the address of a collection; `collection_id` is `0x` and 64 digits."""
    return f"/c/{quote(collection_id)}"


def collectible(token_id: str) -> str:
    """Return the address of a collectible; `token_id` is decimal."""
    return f"/t/{quote(token_id)}"


def operation(operation_id: str) -> str:
    """Return the address of the status of an operation."""
    return f"/o/{quote(operation_id)}"


def institution(account: str) -> str:
    """Return the address of an institution's page; `account` is `0x` and 40 digits."""
    return f"/i/{quote(account)}"


def rights(work_id: str) -> str:
    """Return the address of a work's rights."""
    return f"/w/{quote(work_id)}/rights"


def availability(work_id: str, right: str, territory: str, language: str, medium: str) -> str:
    """Return the address at which the API says whether something can be had today."""
    asked = {"right": right, "territory": territory, "language": language, "medium": medium}
    return f"/v1/works/{quote(work_id)}/availability?" + urlencode(asked)


def grant_form(work_id: str) -> str:
    """Return the address at which a grant of a work's rights is proposed."""
    return f"{rights(work_id)}/grant"


def split_form(work_id: str) -> str:
    """Return the address at which a division of a work's rights is proposed."""
    return f"{rights(work_id)}/split"


def ending_calendar(months: int) -> str:
    """Return the address of a calendar file of what ends within some months, for whoever is signed in."""
    return f"{RIGHTS}/ending.ics?months={months}"


def estate(estate_id: str) -> str:
    """Return the address of an estate; `estate_id` is decimal."""
    return f"/e/{quote(estate_id)}"


def grant(grant_id: str) -> str:
    """Return the address of a grant; `grant_id` is `0x` and 64 digits."""
    return f"/g/{quote(grant_id)}"


def proposal(proposal_id: str) -> str:
    """Return the address of a proposal."""
    return f"/p/{quote(proposal_id)}"


def typed_data(proposal_id: str) -> str:
    """Return the address of what is signed to agree to a proposal, as a file."""
    return f"{proposal(proposal_id)}/typed-data"


def rights_file(work_id: str, name: str) -> str:
    """Return the address of a work's rights as a file: `odrl.jsonld` or `onix.xml`."""
    return f"{rights(work_id)}.{name}"


def sign_in(page: str) -> str:
    """Return the address at which a party shows its key, to go on to a page."""
    return f"{SIGN_IN}?{urlencode({'next': page})}"


def labels(collection_id: str, page: int = 1) -> str:
    """Return the address of one sheet of labels, counted from 1."""
    return f"/labels/{quote(collection_id)}?page={page}"


def accept(token_id: str, from_account: str, deadline: int) -> str:
    """Return the address at which a receiver accepts a gift; a giver hands it on."""
    return f"{collectible(token_id)}/accept?" + urlencode(
        {"from_account": from_account, "deadline": deadline}
    )


def history(path: str, after: int | None = None) -> str:
    """Return the address of the records of what is at `path`, newest first, from the cursor `after` on."""
    return f"{path}/history" + (f"?after={after}" if after is not None else "")


def file(cid: str) -> str:
    """Return the address of an original, served as an attachment."""
    return f"/files/{quote(cid)}"


def preview(cid: str) -> str:
    """Return the address of the re-encoded preview of an original."""
    return f"/preview/{quote(cid)}"


TWINS = (
    ("/w/", "/v1/works/"),
    ("/c/", "/v1/collections/"),
    ("/t/", "/v1/collectibles/"),
    ("/o/", "/v1/operations/"),
    ("/i/", "/v1/institutions/"),
    ("/e/", "/v1/estates/"),
    ("/g/", "/v1/grants/"),
    ("/p/", "/v1/proposals/"),
    ("/labels/", "/v1/labels/"),
    (RIGHTS, "/v1/rights"),
    ("/search", "/v1/search"),
    ("/verify", "/v1/verify"),
    (REFERENCE, "/openapi.json"),
)


def needs_key(path: str) -> bool:
    """Say whether the JSON twin of the page at `path` asks for a bearer key, since the page is for who is signed in."""
    return path.startswith((RIGHTS, "/e/", "/g/", "/p/")) or (path.startswith("/w/") and "/rights" in path)


def twin(path: str) -> str:
    """Return the address of the JSON twin of the page at `path`."""
    for page, json in TWINS:
        if path.startswith(page):
            return json + path.removeprefix(page)
    return "/v1"


def with_language(path: str, lang: str) -> str:
    """Return `path` asking for a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"
