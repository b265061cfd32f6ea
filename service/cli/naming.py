"""What people type for a collectible, a work or a receiver, to what it names in the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from indexer.values import Address, Hash32, address, hash32
from service.errors import BadInput, NotFound

if TYPE_CHECKING:
    from indexer.state import Token, Work
    from indexer.store.answers import Known
    from service.installation import Installation
    from service.reading.context import Context
    from service.registering import Registry

_LONGEST_NUMBER = 78


def collectible(one: Context, text: str) -> Known[Token]:
    """Find a collectible by its number, or by the short code on its label.

    Raises:
        NotFound: none has it.
    """
    from service.reading.finding import by_code

    word = text.strip()
    plain = word.isascii() and word.isdigit() and len(word) <= _LONGEST_NUMBER
    found = one.view.token(int(word)) if plain and not int(word) >> 256 else by_code(one, word)
    if found is None:
        raise NotFound(
            "unknown-collectible",
            f"没有编号或标签短码为 {text[:80]} 的数字藏品；请核对。",
            f"No collectible has the number, or the short code of a label, {text[:80]}; check it.",
        )
    return found


def work(one: Context, text: str) -> Known[Work]:
    """Find a work by its id, or by the SHA-256 of its file, where one deposit alone has that.

    Raises:
        NotFound: none has it. BadInput: several deposits have this file; name one by its id.
    """
    digest = digest_of(text)
    found = one.view.work(digest) if digest else None
    if found is not None:
        return found
    claims = one.view.claims(digest) if digest else ()
    if len(claims) > 1:
        ids = ", ".join("0x" + claim.state.work_id.hex() for claim in claims)
        raise BadInput(
            "several-deposits",
            f"这个文件有 {len(claims)} 次存证，请用存证编号指明：{ids}",
            f"This file was deposited {len(claims)} times; name one by its id: {ids}",
        )
    if not claims:
        raise NotFound(
            "unknown-work",
            f"没有编号或文件 SHA-256 为 {text[:80]} 的存证；请核对。",
            f"No deposit has the id, or a file of the SHA-256, {text[:80]}; check it.",
        )
    return claims[0]


def anything(one: Context, text: str) -> Known[Any]:
    """Find a work by 64 hexadecimal digits, and a collectible by everything else.

    Raises:
        NotFound, BadInput: as `work` and `collectible`.
    """
    return work(one, text) if digest_of(text) else collectible(one, text)


def digest_of(text: str) -> Hash32 | None:
    """Read 64 hexadecimal digits, with 0x or without; None where it is something else."""
    try:
        return hash32("0x" + text.strip().lower().removeprefix("0x"))
    except ValueError:
        return None


def registry(installation: Installation, principal: str) -> Registry:
    """Open the register of people."""
    from service.keys.master import master_sealer
    from service.people.persons import People
    from service.registering import Registry as Opened

    people = People(installation.database, master_sealer(installation.settings))
    return Opened(installation.database, people, installation.vault, principal)


def receiver(installation: Installation, text: str, collection: Hash32, principal: str) -> Address:
    """Give the account of a receiver: an address, or the code under which somebody is registered here.

    Raises:
        BadInput: nobody is registered by this code, or it is no address.
    """
    if text.startswith("0x"):
        try:
            return address(text.lower())
        except ValueError:
            raise BadInput(
                "no-address",
                f"{text[:80]} 不是账户地址：应为 0x 及 40 位十六进制数字。",
                f"{text[:80]} is no account: 0x and 40 hexadecimal digits.",
            ) from None
    return registry(installation, principal).account_of(text, collection)
