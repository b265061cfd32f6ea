"""What concerns one reader: its works, proposals that wait for it, what ends within six months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from indexer.china import china_day
from indexer.rights.state import Estate, Grant
from indexer.rights.text import write_day
from indexer.values import Hash32, as_hex
from service.pages import addresses
from service.pages.views import Bilingual, Expiry, MyRightsPage, Name, ProposalLine, WorkLine
from service.reading.context import Context
from service.rights.audience import Audience
from service.rights.book import Book

SIX_MONTHS = 183


def my_rights_page(
    context: Context, book: Book, audience: Audience, name: Name, proposals: Sequence[ProposalLine]
) -> MyRightsPage:
    """Read what concerns whoever is signed in; a regulator finds works by searching."""
    estates = [one for account in sorted(audience.accounts) for one in book.estates(owner=account)]
    grants = [one for account in sorted(audience.accounts) for one in book.grants(licensee=account)]
    works = dict.fromkeys([*(one.work_id for one in estates), *(one.work_id for one in grants)])
    return MyRightsPage(
        name=name,
        works=tuple(_work(context, book, audience, one) for one in works),
        proposals=tuple(proposals),
        expiries=tuple(_expiries(context, book, audience, works, grants)),
        as_of=context.as_of(),
        test_verifier=context.is_test(*audience.accounts),
    )


def _work(context: Context, book: Book, audience: Audience, work_id: Hash32) -> WorkLine:
    estates: list[Estate] = [one for one in book.live_estates(work_id) if audience.owns(one)]
    grants = [one for one in book.grants(work=work_id) if audience.sees_grant(book, one)]
    part: Literal["owner", "licensee"] = "owner" if estates else "licensee"
    title = context.work_title(book.work(work_id))
    return WorkLine(as_hex(work_id), title, part, len(estates), len(grants))


def _expiries(
    context: Context, book: Book, audience: Audience, works: Iterable[Hash32], taken: Iterable[Grant]
) -> list[Expiry]:
    today = china_day(context.now)
    found: dict[Hash32, Grant] = {one.grant_id: one for one in taken}
    for work_id in works:
        found |= {one.grant_id: one for one in book.grants(work=work_id) if audience.sees_grant(book, one)}
    ending: list[tuple[int, Expiry]] = []
    for grant in found.values():
        until = book.live_until(grant)
        if today < until <= today + SIX_MONTHS:
            title = context.work_title(book.work(grant.work_id)).first("zh")[0]
            words = Bilingual(f"《{title}》许可到期", f"A grant of “{title}” ends")
            ending.append(
                (until, Expiry(write_day(until - 1), words, addresses.grant(as_hex(grant.grant_id))))
            )
    return [one for _, one in sorted(ending, key=lambda pair: pair[0])]
