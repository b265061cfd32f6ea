"""The text of an audit export: its header, record lines and footer, as JSON lines and as CSV. Pure.

JSON lines: every line is a canonical object (RFC 8785) with `type` header, record or footer. CSV (RFC 4180): the first
row is `qianyin-export` and the header as JSON, the second the names of the columns, the last `footer` and the footer
as JSON; a cell that a spreadsheet could take for a formula has an apostrophe before it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from indexer import record as records_of
from indexer.events import read_act
from indexer.evidence import cells, strict
from indexer.evidence.decoded import decoded
from indexer.evidence.ends import End, read_end, write_end
from indexer.evidence.strict import Node
from indexer.record import Record
from indexer.values import Address, Hash32, as_hex
from indexer.wire import write_address, write_time

T = TypeVar("T")

FORMAT = "qianyin-export"
VERSION = 1
SCOPES = ("ledger", "subject", "selection")
MOST_LINE = 4 << 20
"""Characters of one line; a record holds the words of one act."""

COLUMNS = (
    *("seq", "blockNumber", "blockTime", "time", "act", "arguments", "source", "actSelector", "stateAfter"),
    *("subjects", "data", "head"),
)
_RAW = ("seq", "source", "data", "stateAfter", "blockNumber", "blockTime")
_HEADER_FIELDS = (
    *("format", "version", "scope", "chainId", "genesisHash", "ledger", "subject", "firstSeq", "lastSeq"),
    *("before", "after"),
)


@dataclass(frozen=True, slots=True)
class ExportHeader:
    """What a file says it holds.

    Attributes:
        scope: `ledger` (every record from `first_seq` to `last_seq`), `subject` (every record of `subject` between
            the two heads), or `selection` (a filter; proves nothing about what it leaves out).
        first_seq, last_seq: both None where the range is empty.
        before, after: the ends; None for a selection.
    """

    scope: str
    chain_id: int
    genesis_hash: Hash32
    ledger: Address
    subject: Hash32 | None
    first_seq: int | None
    last_seq: int | None
    before: End | None
    after: End | None


class Line(NamedTuple):
    """A record line: the record, its words as given, the head after it as given (None in a selection)."""

    record: Record
    words: Any
    head: Hash32 | None


class Footer(NamedTuple):
    """The last line: how many records there were, and the head they led to (None for a selection)."""

    records: int
    head: Hash32 | None


class Shown(NamedTuple):
    """What a record line shows, each value in its text: the record's fields, when it was, its words, its head."""

    fields: dict[str, Any]
    time: str
    words: dict[str, Any] | None
    head: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """One of the two texts: how its lines are written, each with its line end, and how one is read back.

    Attributes:
        preamble: the lines before the first record.
        lay_out: the line of a record, whose fields and words are texts already; `record` makes these.
        read: raises BundleError, MalformedRecord or ValueError where a line is neither record nor footer.
    """

    preamble: Callable[[ExportHeader], tuple[str, ...]]
    lay_out: Callable[[Shown], str]
    footer: Callable[[Footer], str]
    read: Callable[[str], Line | Footer]

    def record(self, record: Record, head: Hash32 | None) -> str:
        """Write the line of a record with the head after it: the plain way, beside `record_lines.py`."""
        shown = Shown(
            records_of.to_json(record),
            write_time(record.block_time),
            decoded(read_act(record)),
            _or_none(head, as_hex),
        )
        return self.lay_out(shown)


def read_preamble(first: str) -> tuple[Form, ExportHeader]:
    """Tell the form of a file by its first line, and read what it says there.

    Raises:
        BundleError: a field of another form.
        ValueError: no export, or its header does not agree with itself.
    """
    if first.startswith("{"):
        fields = _parsed(first).fields(("type", *_HEADER_FIELDS))
        fields["type"].one_of(("header",))
        return JSON_LINES, _read_header(fields)
    tag, text = cells.split(first, 2)
    if tag != FORMAT:
        raise ValueError(f"expected {FORMAT} in the first cell")
    return CSV, _read_header(_parsed(text).fields(_HEADER_FIELDS))


def read_columns(second: str) -> None:
    """Demand that the second line of a CSV names the columns.

    Raises:
        ValueError: it names others.
    """
    if tuple(cells.split(second)) != COLUMNS:
        raise ValueError("the names of the columns are not those of the format")


def _header_json(header: ExportHeader) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "scope": header.scope,
        "chainId": str(header.chain_id),
        "genesisHash": as_hex(header.genesis_hash),
        "ledger": write_address(header.ledger),
        "subject": _or_none(header.subject, as_hex),
        "firstSeq": _or_none(header.first_seq, str),
        "lastSeq": _or_none(header.last_seq, str),
        "before": _or_none(header.before, write_end),
        "after": _or_none(header.after, write_end),
    }


def _read_header(fields: dict[str, Node]) -> ExportHeader:
    fields["format"].one_of((FORMAT,))
    if fields["version"].integer() != VERSION:
        raise fields["version"].fail(f"expected {VERSION}")
    header = ExportHeader(
        scope=fields["scope"].one_of(SCOPES),
        chain_id=fields["chainId"].uint(),
        genesis_hash=fields["genesisHash"].hash(),
        ledger=fields["ledger"].address(),
        subject=fields["subject"].optional(Node.hash),
        first_seq=fields["firstSeq"].optional(Node.uint),
        last_seq=fields["lastSeq"].optional(Node.uint),
        before=fields["before"].optional(read_end),
        after=fields["after"].optional(read_end),
    )
    _check_header(header)
    return header


def _check_header(header: ExportHeader) -> None:
    if {header.before is None, header.after is None} != {header.scope == "selection"}:
        raise ValueError("both ends are named, but for a selection, which has none")
    if (header.subject is None) == (header.scope == "subject"):
        raise ValueError("a subject is named if, and only if, the scope is one")
    if (header.first_seq is None) != (header.last_seq is None):
        raise ValueError("a range has both a first and a last record, or is empty")


def _json_preamble(header: ExportHeader) -> tuple[str, ...]:
    return (_text({"type": "header", **_header_json(header)}) + "\n",)


def _json_line(shown: Shown) -> str:
    return _text({"type": "record", **shown.fields, "decoded": shown.words, "head": shown.head}) + "\n"


def _json_footer(footer: Footer) -> str:
    return _text({"type": "footer", **_footer_json(footer)}) + "\n"


def _read_json(line: str) -> Line | Footer:
    node = _parsed(line)
    kind = node.entries(32).get("type")
    if kind is None:
        raise node.fail("missing: type")
    if kind.one_of(("record", "footer")) == "footer":
        return _read_footer(node.fields(("type", "records", "head")))
    fields = node.fields(("type", *records_of.FIELDS, "decoded", "head"))
    record = records_of.from_json({name: node.value[name] for name in records_of.FIELDS})
    return Line(record, fields["decoded"].value, fields["head"].optional(Node.hash))


def _csv_preamble(header: ExportHeader) -> tuple[str, ...]:
    return cells.join((FORMAT, _text(_header_json(header)))), cells.join(COLUMNS)


def _csv_line(shown: Shown) -> str:
    plain, words = shown.fields, shown.words
    return cells.join(
        (
            *(plain["seq"], plain["blockNumber"], plain["blockTime"], shown.time),
            *((words["act"], _text(words["arguments"])) if words else ("", "")),
            *(plain["source"], plain["act"], plain["stateAfter"], " ".join(plain["subjects"])),
            *(plain["data"], shown.head or ""),
        )
    )


def _csv_footer(footer: Footer) -> str:
    return cells.join(("footer", _text(_footer_json(footer))))


def _read_csv(line: str) -> Line | Footer:
    found = cells.split(line)
    if found[0] == "footer" and len(found) == 2:
        return _read_footer(_parsed(found[1]).fields(("records", "head")))
    row = dict(zip(COLUMNS, found, strict=True))
    subjects = row["subjects"].split(" ") if row["subjects"] else []
    record = records_of.from_json(
        {**{name: row[name] for name in _RAW}, "act": row["actSelector"], "subjects": subjects}
    )
    if row["time"] != write_time(record.block_time):
        raise ValueError("the time is not that of the block")
    head = Node(row["head"] or None).optional(Node.hash)
    if row["act"] or row["arguments"]:
        return Line(record, {"act": row["act"], "arguments": _parsed(row["arguments"]).value}, head)
    return Line(record, None, head)


def _footer_json(footer: Footer) -> dict[str, Any]:
    return {"records": str(footer.records), "head": _or_none(footer.head, as_hex)}


def _read_footer(fields: dict[str, Node]) -> Footer:
    return Footer(fields["records"].uint(), fields["head"].optional(Node.hash))


def _text(value: Any) -> str:
    """Write what is made here in its canonical form (RFC 8785), in a tenth of the time that any value would take.

    The names are ASCII, so they sort alike, and there are no fractions; a test compares both ways.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _parsed(text: str) -> Node:
    return Node(strict.parse(text, MOST_LINE))


def _or_none(value: T | None, write: Callable[[T], Any]) -> Any:
    return None if value is None else write(value)


JSON_LINES = Form(_json_preamble, _json_line, _json_footer, _read_json)
CSV = Form(_csv_preamble, _csv_line, _csv_footer, _read_csv)
