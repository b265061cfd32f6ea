"""`qianyin rights show · ask · free · ending`: whose rights are, who may what, what is free, what ends soon."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from service.cli.acting import PRINCIPAL
from service.cli.opening import Verbs, written
from service.cli.orders import moment_word
from service.cli.rights_asking import (
    WORK,
    Asking,
    asking,
    moment_text,
    named,
    reads,
    record_text,
    within,
    work_of,
)

if TYPE_CHECKING:
    from indexer.values import Hash32
    from service.rights.ending import Ending

_EXAMPLES = {"right": "translation", "territory": "JP", "language": "ja", "medium": "ebook"}
_DAY = "default: today"
_KNOWN = "as known then (default: now)"
_TAGS = {"estate": "权利项 / estate", "grant": "许可 / grant"}


def add(acts: Verbs) -> None:
    """Add the verbs to those of rights."""
    reads(acts.add_parser("mine", help="list the estates and grants that concern whoever asks"), run_mine)
    show = acts.add_parser(
        "show", help="show what is yours to see: a work's estates and grants; an estate or a grant, whole"
    )
    named(show)
    reads(show, run_show)
    _add_questions(acts)


def _add_questions(acts: Verbs) -> None:
    ask = acts.add_parser("ask", help="who may do this there in that way on a day, and on what proof")
    ask.add_argument("work", help=WORK)
    for name in ("right", "territory", "language", "medium"):
        ask.add_argument(name, help="its code, e.g. " + _EXAMPLES[name])
    ask.add_argument("--on", metavar="DAY", help=_DAY)
    ask.add_argument("--known-at", type=moment_word, metavar="TIME", help=_KNOWN)
    reads(ask, run_ask)
    free = acts.add_parser("free", help="lay out what is kept and what is granted: rights by territories")
    free.add_argument("work", help=WORK)
    free.add_argument("--language", action="append", metavar="CODE")
    free.add_argument("--medium", action="append", metavar="CODE")
    free.add_argument(
        "--territory", action="append", metavar="CODE", help="of a column (default: those that differ)"
    )
    free.add_argument("--on", metavar="DAY", help=_DAY)
    free.add_argument("--known-at", type=moment_word, metavar="TIME", help=_KNOWN)
    reads(free, run_free)
    ending = acts.add_parser(
        "ending",
        help="list what ends soon: estates, grants, days that their contracts name; the nearest first",
    )
    ending.add_argument("--months", type=months_word, default=6, help="how far to look ahead")
    ending.add_argument("--ics", type=Path, metavar="FILE", help="write it as a calendar too (iCalendar)")
    ending.add_argument("--language", choices=("zh", "en"), default="zh", help="of the calendar")
    reads(ending, run_ending)


def months_word(text: str) -> int:
    """Read a number of months from the command line; a wrong one is a wrong command line (exit code 2)."""
    from service.rights.ending import MOST_MONTHS

    return within(1, MOST_MONTHS)(text)


def run_mine(arguments: argparse.Namespace) -> int:
    """List what concerns whoever asks."""
    from service.rights.asking import mine

    with asking(arguments) as one:
        found = mine(one.book, one.audience)
        one.tell(arguments, found, "\n".join(_glance(found)) or "没有 / none")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Show a work's rights, an estate or a grant."""
    from service.api.names import digest_in, number_in
    from service.rights.asking import glance
    from service.rights.single import estate_shown, grant_shown

    with asking(arguments) as one:
        whole = (one.book, one.audience, one.installation.database)
        if arguments.what == "estate":
            found = estate_shown(*whole, number_in(arguments.name), one.speaker.now)
            lines = _estate(found)
        elif arguments.what == "grant":
            found = grant_shown(*whole, digest_in(arguments.name), one.speaker.now)
            lines = _grant(found)
        else:
            found = glance(one.book, one.audience, work_of(one, arguments.name))
            lines = _glance(found)
        one.tell(arguments, found, "\n".join(lines))
    return 0


def _glance(found: dict[str, Any]) -> list[str]:
    return [*map(_estate_line, found["estates"]), *map(_grant_line, found["grants"])]


def _estate_line(one: dict[str, Any]) -> str:
    return f"{_TAGS['estate']} {one['estate_id']}  {one['status']}\n  {one['scope']['zh']}"


def _grant_line(one: dict[str, Any]) -> str:
    return f"{_TAGS['grant']} {one['grant_id']}  {one['kind']}  → {one['licensee']}\n  {one['scope']['zh']}"


def _estate(found: dict[str, Any]) -> list[str]:
    asked = "可以 / yes" if found["openness"]["open"] else "不可以 / no"
    return [
        _estate_line(found),
        *_owners(found["owners"]),
        *(f"  {one['act']}  {record_text(one)}" for one in found["title"]),
        *map(_grant_line, found["burdens"]),
        f"  公众可问 / the public may ask: {asked}",
        *map(_disclosure, found["disclosures"]),
    ]


def _grant(found: dict[str, Any]) -> list[str]:
    lines = [_grant_line(found), f"  协议 / agreement {found['agreement']}"]
    if found["clashes"]["count"]:
        lines.append(f"  ! 冲突 / clashes with {found['clashes']['count']}")
    lines += map(_grant_line, found["sublicences"])
    return [*lines, *map(_disclosure, found["disclosures"])]


def _owners(owners: Iterable[dict[str, Any]]) -> list[str]:
    return [f"  权利人 / owner {one['account']} {one['part']}/{one['whole']}" for one in owners]


def _disclosure(one: dict[str, Any]) -> str:
    ended = "已停止 / ended" if one["ended_at"] else f"至 / until {moment_text(one['until'])}"
    return f"  披露 / disclosed {one['id']}  → {one['to']}  {ended}"


def run_ask(arguments: argparse.Namespace) -> int:
    """Answer who may."""
    from service.api.scoping import day_or_today, point_in
    from service.rights.asking import question

    with asking(arguments) as one:
        day = day_or_today(arguments.on, one.speaker.now)
        words = (arguments.right, arguments.territory, arguments.language, arguments.medium)
        known_at = one.speaker.now if arguments.known_at is None else arguments.known_at
        work = work_of(one, arguments.work)
        found = question(one.book, one.audience, work, point_in(*words, day), known_at)
        one.tell(arguments, found, _answer(found))
    return 0


def _answer(found: dict[str, Any]) -> str:
    lines = [
        f"{each['kind']}  {each['licensee']}  {each['grant_id']}\n  {each['scope']['zh']}\n"
        f"  协议 / agreement {each['agreement']}"
        for each in found["grants"]
    ]
    lines += [one.strip() for one in _owners((found["estate"] or {}).get("owners", []))]
    if found["free"]:
        said = "，".join(name for name, free in found["free"].items() if free)
        lines.append(f"尚可 / still free: {said or '无 / nothing'}")
    return "\n".join(lines) or "无人主张 / nobody claims it"


_MARKS = {
    "*": "部分 / in part",
    "=": "本方所得 / held by you",
    ">": "已转授权 / passed on",
}


def run_free(arguments: argparse.Namespace) -> int:
    """Lay out what is kept and what is granted."""
    from indexer.rights.codes import LANGUAGES, MEDIA
    from service.api.scoping import day_or_today, mask_in
    from service.rights.asking import slice_of

    with asking(arguments) as one:
        now = one.speaker.now
        found = slice_of(
            one.book,
            one.audience,
            work_of(one, arguments.work),
            day_or_today(arguments.on, now),
            now if arguments.known_at is None else arguments.known_at,
            territories=arguments.territory or (),
            languages=mask_in(LANGUAGES, arguments.language) if arguments.language else LANGUAGES.assigned,
            media=mask_in(MEDIA, arguments.medium) if arguments.medium else MEDIA.assigned,
        )
        one.tell(arguments, found, _table(found))
    return 0


def _table(found: dict[str, Any]) -> str:
    heads = [
        column[0] if len(column) == 1 else f"{column[0]}+{len(column) - 1}" for column in found["columns"]
    ]
    lines = ["  ".join(f"{head:13}" for head in ("", *heads))]
    for row in found["rows"]:
        states = [_state(cell) for cell in row["cells"]]
        lines.append("  ".join(f"{word:13}" for word in (row["right"][:13], *states)))
    marks = {mark for row in found["rows"] for cell in row["cells"] for mark in _marks(cell)}
    return "\n".join([*lines, *(f"{mark} {words}" for mark, words in _MARKS.items() if mark in marks)])


def _state(cell: dict[str, Any]) -> str:
    return f"{cell['state']}{''.join(_marks(cell))}"


def _marks(cell: dict[str, Any]) -> list[str]:
    there = {"*": cell["part"], "=": cell["held"], ">": cell["passed_on"]}
    return [mark for mark, is_there in there.items() if is_there]


def run_ending(arguments: argparse.Namespace) -> int:
    """List what ends soon, and write it as a calendar where that is asked for."""
    from indexer.china import china_day
    from service.rights.backlog.house import contracts_kept
    from service.rights.ending import ending_body, endings

    with asking(arguments) as one:
        kept, today = contracts_kept(one.installation, PRINCIPAL), china_day(one.speaker.now)
        found = endings(one.book, one.audience, kept, today, arguments.months)
        if arguments.ics is not None:
            written(arguments.ics, _calendar(one, found, arguments.language))
        said = [ending_body(each) for each in found]
        lines = [_ending(one, each) for each in said]
        listed = {"months": arguments.months, "endings": said}
        one.tell(arguments, listed, "\n".join(lines) or "没有 / none")
    return 0


def _ending(one: Asking, said: dict[str, Any]) -> str:
    from indexer.values import hash32

    kind = "estate" if said["estate_id"] else "grant"
    title = _title(one, "zh", hash32(said["work_id"]))
    name = f"{_TAGS[kind]} {said[f'{kind}_id']}"
    return f"{said['day']}  {said['zh']} / {said['en']}  {title}\n  {name}"


def _calendar(one: Asking, found: tuple[Ending, ...], language: Literal["zh", "en"]) -> bytes:
    from indexer.wire import write_address
    from service.rights.ending import Wording, calendar_of

    wording = Wording(partial(_title, one, language), write_address, language)
    return calendar_of(found, wording, datetime.now(UTC))


def _title(one: Asking, language: Literal["zh", "en"], work_id: Hash32) -> str:
    return one.context.work_title(one.book.work(work_id)).first(language)[0]
