"""What concerns one reader: its works, proposals that wait for it, what ends soon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from indexer.rights.state import Estate, Grant
from indexer.rights.text import write_day
from indexer.values import Hash32, as_hex
from service.pages import addresses
from service.pages.views import Bilingual, Expiry, MyRightsPage, Name, ProposalLine, WorkLine
from service.reading.context import Context
from service.rights.audience import Audience
from service.rights.book import Book
from service.rights.ending import Ending


@dataclass(frozen=True, slots=True)
class Soon:
    """What ends within how many months."""

    months: int
    endings: tuple[Ending, ...]


def my_rights_page(
    context: Context,
    book: Book,
    audience: Audience,
    name: Name,
    proposals: Sequence[ProposalLine],
    soon: Soon,
) -> MyRightsPage:
    """Read what concerns whoever is signed in; a regulator finds works by searching."""
    estates = [one for account in sorted(audience.accounts) for one in book.estates(owner=account)]
    grants = [one for account in sorted(audience.accounts) for one in book.grants(licensee=account)]
    works = dict.fromkeys([*(one.work_id for one in estates), *(one.work_id for one in grants)])
    return MyRightsPage(
        name=name,
        works=tuple(_work(context, book, audience, one) for one in works),
        proposals=tuple(proposals),
        expiries=tuple(_expiries(context, book, soon)),
        months=soon.months,
        as_of=context.as_of(),
        test_verifier=context.is_test(*audience.accounts),
    )


def _work(context: Context, book: Book, audience: Audience, work_id: Hash32) -> WorkLine:
    estates: list[Estate] = [one for one in book.live_estates(work_id) if audience.owns(one)]
    grants = [one for one in book.grants(work=work_id) if audience.sees_grant(book, one)]
    part: Literal["owner", "licensee"] = "owner" if estates else "licensee"
    title = context.work_title(book.work(work_id))
    return WorkLine(as_hex(work_id), title, part, len(estates), len(grants))


def _expiries(context: Context, book: Book, soon: Soon) -> Iterator[Expiry]:
    for one in soon.endings:
        title = context.work_title(book.work(one.of.work_id))
        zh, en = one.words
        said = Bilingual(f"《{title.first('zh')[0]}》{zh}", f"“{title.first('en')[0]}”. {en}")
        yield Expiry(write_day(one.day), said, _address(one.of))


def _address(of: Estate | Grant) -> str:
    return (
        addresses.estate(str(of.estate_id))
        if isinstance(of, Estate)
        else addresses.grant(as_hex(of.grant_id))
    )
