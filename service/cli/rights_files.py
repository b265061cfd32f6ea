"""`qianyin rights export` and `import`: a work's rights as ODRL or ONIX, and an ONIX file against the record."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.cli.opening import Verbs, counted, octets_of, tell, written
from service.cli.rights_asking import WORK, Asking, as_shape, asking, work_of

if TYPE_CHECKING:
    from indexer.values import Hash32
    from service.api.rights_files import ProductQuery


def add(acts: Verbs) -> None:
    """Add the verbs to those of rights."""
    export = acts.add_parser("export", help="write a work's rights as others read them: ODRL 2.2, ONIX 3")
    export.add_argument("work", help=WORK)
    export.add_argument("--format", choices=("odrl", "onix"), required=True)
    export.add_argument("--to", type=Path, required=True, metavar="FILE", help="where it is written")
    _product(export, needed=False)
    export.add_argument("--publisher", metavar="NAME", help="of the product, and who sends the message")
    export.add_argument("--isbn")
    export.add_argument("--release", choices=("3.0", "3.1"), default="3.1", help="of ONIX")
    export.add_argument("--json", action="store_true")
    export.set_defaults(run=run_export)
    taken = acts.add_parser(
        "import", help="say what a file of sales rights states against what is on record; 3 where it differs"
    )
    taken.add_argument("format", choices=("onix",))
    taken.add_argument("file", type=Path, help="ONIX for Books 3.0 or 3.1; nothing of it is recorded")
    taken.add_argument("work", help=f"that its products are of: {WORK}")
    _product(taken, needed=True)
    taken.add_argument("--json", action="store_true")
    taken.set_defaults(run=run_import)


def _product(verb: argparse.ArgumentParser, *, needed: bool) -> None:
    """Add what ONIX cannot say of a product: which rights it takes; and what a file may leave open."""
    said = "a right that the product takes, e.g. reproduction; again for another"
    verb.add_argument("--right", action="append", required=needed, metavar="CODE", help=said)
    verb.add_argument("--language", action="append", metavar="CODE", help="e.g. ja; again for another")
    verb.add_argument("--medium", choices=("print", "ebook", "audio"))
    verb.add_argument("--on", metavar="DAY", help="default: today")


def run_export(arguments: argparse.Namespace) -> int:
    """Write a file."""
    with asking(arguments) as one:
        work = work_of(one, arguments.work)
        octets = _odrl(one, work) if arguments.format == "odrl" else _onix(one, work, _query(arguments))
    written(arguments.to, octets)
    said = {"format": arguments.format, "file": str(arguments.to), "bytes": len(octets)}
    tell(arguments, said, f"已写入 / written: {arguments.to}")
    return 0


def _odrl(one: Asking, work: Hash32) -> bytes:
    from service.rights.exchange import odrl_file

    return odrl_file(one.book, one.audience, work, one.speaker.now)


def _onix(one: Asking, work: Hash32, query: ProductQuery) -> bytes:
    from service.rights.exchange import onix_file

    title = one.context.work_title(one.book.work(work)).first("zh")[0]
    described = query.product(work, title, one.speaker.now)
    return onix_file(one.book, one.audience, work, one.speaker.now, described)


def _query(arguments: argparse.Namespace) -> ProductQuery:
    from service.api.rights_files import ProductQuery as Asked

    names = ("right", "language", "medium", "publisher", "isbn", "on", "release")
    said = {name: getattr(arguments, name) for name in names}
    query: ProductQuery = as_shape(
        Asked,
        {name: value for name, value in said.items() if value is not None},
        "product-malformed",
        "产品有 {} 处未写明或有误：{}",
        "The product is wrong or unclear in {} places: {}",
    )
    return query


def run_import(arguments: argparse.Namespace) -> int:
    """Say what each product of a file states against the record; 3 where it differs or cannot be compared."""
    from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS
    from service.api.scoping import day_or_today, mask_in
    from service.rights.exchange import Answered, against_record
    from service.rights.formats.onix_reading import read_onix

    octets = octets_of(arguments.file)
    with asking(arguments) as one:
        now, work = one.speaker.now, work_of(one, arguments.work)
        answered = Answered(
            rights=mask_in(RIGHTS, arguments.right),
            day=day_or_today(arguments.on, now),
            languages=mask_in(LANGUAGES, arguments.language or ()) & LANGUAGES.assigned,
            media=MEDIA.mask([arguments.medium] if arguments.medium else []),
        )
        found = against_record(one.book, one.audience, work, now, read_onix(octets), answered)
    tell(arguments, {"products": found}, "\n".join(map(_text, found)))
    return 3 if any(each["differences"] != [] for each in found) else 0


def _text(found: dict[str, Any]) -> str:
    lines = [f"第 {found['line']} 行 / line {found['line']}  {found['reference']}  {found['title']}"]
    lines += [f"  ? {one['zh']} {one['about']}\n    {one['en']}" for one in found["asked"]]
    if found["differences"] is None:
        return "\n".join([*lines, "  尚不能比较；请回答上列问题 / not compared; answer what is asked"])
    for one in found["differences"]:
        places = " ".join(one["territories"][:12])
        many = counted(len(one["territories"]), "territory").replace("territorys", "territories")
        lines.append(f"  ✗ 文件 / file: {one['stated']}，账本 / record: {one['recorded']}  ({many}) {places}")
    return "\n".join(lines if found["differences"] else [*lines, "  ✓ 与账本一致 / as on record"])
