"""Tables as delimited text (CSV): encoding and delimiter are found out, then rows are streamed. Pure.

What spreadsheets take for a formula (`=`, `+`, `-`, `@`, also in full width, or a tab, return or line break at the
front) is guarded with an apostrophe when a sheet is written here, and the guard is taken off when one is read:
`'-0206` is `-0206`, and `''-0206` is `'-0206`, so every text comes back as it was.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Final

from service.files.cid import pieces
from service.intake.columns import WORKS, Headings
from service.intake.limits import HEADING_WITHIN, LARGEST_CSV, LONGEST_CELL
from service.intake.rows import Row, too_much, unreadable

DELIMITERS: Final = (",", "\t", ";", "|")
HEAD_SIZE: Final = 65_536
TELLING: Final = 8
"""So many good multi-byte characters before the first bad one, and the file is damaged UTF-8, not GB 18030."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RISKY: Final = "[=+\\-@＝＋－＠\\t\\r\\n]"
_GUARDED: Final = re.compile(f"'+{_RISKY}")
_FORMULA: Final = re.compile(f"'*{_RISKY}")
_CALCULATES: Final = re.compile(r"\s*(?:[=＝@＠]|[+＋\-－](?=[A-Za-z_(\"'\\|@=]))")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written: encoding (as Python names it) and delimiter."""

    encoding: str
    delimiter: str


def dialect_of(stream: BinaryIO, headings: Headings = WORKS) -> Dialect:
    """Find out encoding and delimiter of a seekable stream, reading it once to its end.

    A byte order mark decides. Else UTF-8, if the whole file is; else GB 18030, if the whole file is, unless it
    was UTF-8 all along and broke somewhere: that is said with its place instead of being read as gibberish.

    Raises:
        BadInput: no encoding known here, with the byte where reading failed.
        TooLarge: over `LARGEST_CSV` bytes.
    """
    head = stream.read(HEAD_SIZE)
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), None) or _without_mark(
        head, headings
    )
    stream.seek(0)
    if encoding is not None:
        if (bad := _first_bad_byte(stream, encoding)) is not None:
            raise _undecodable(encoding, bad)
    else:
        encoding = _utf8_or_gb18030(stream, head, headings)
    return Dialect(encoding, _delimiter(_decoded(head, encoding), headings))


def delimited_rows(stream: BinaryIO, dialect: Dialect) -> Iterator[Row]:
    """The rows of a stream from its start, one at a time.

    Raises:
        BadInput: quotation marks that do not close, or a cell over the limit, with the row.
    """
    text = io.TextIOWrapper(stream, dialect.encoding, newline="")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=dialect.delimiter, strict=True), start=1):
            yield Row(number, tuple(map(unguarded, cells)))
    except csv.Error as error:
        raise unreadable(
            f"第 {number + 1} 行的引号不配对，或单元格超过 {LONGEST_CELL:,} 个字符。",
            f"in row {number + 1} quotation marks do not close, or a cell is over {LONGEST_CELL:,} characters.",
            row=number + 1,
        ) from error
    finally:
        text.detach()


def guarded(text: str) -> str:
    """A text as it may stand in a CSV file that a spreadsheet will open."""
    return "'" + text if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def calculates(text: str) -> bool:
    """Whether a spreadsheet would take the text, unguarded, for a formula that does something: no mere number."""
    return _CALCULATES.match(text) is not None


def _without_mark(head: bytes, headings: Headings) -> str | None:
    """UTF-16 without a mark has zero bytes, and headings known here; a stray zero byte makes no UTF-16."""
    if b"\0" not in head:
        return None
    wide = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    narrow = max(_known_headings(_decoded(head, name), headings) for name in ("utf-8", "gb18030"))
    return wide if _known_headings(_decoded(head, wide), headings) > narrow else None


def _utf8_or_gb18030(stream: BinaryIO, head: bytes, headings: Headings) -> str:
    bad = _first_bad_byte(stream, "utf-8")
    as_utf8, as_gb18030 = (_known_headings(_decoded(head, name), headings) for name in ("utf-8", "gb18030"))
    if bad is None:
        # A few GB 18030 files happen to be UTF-8 too (联通); then the headings tell.
        return "gb18030" if as_gb18030 > as_utf8 and _is_gb18030(stream) else "utf-8"
    if as_utf8 > as_gb18030 or _wide_characters(stream, bad) >= TELLING or not _is_gb18030(stream):
        raise _undecodable("utf-8", bad)
    return "gb18030"


def _is_gb18030(stream: BinaryIO) -> bool:
    return _first_bad_byte(stream, "gb18030") is None


def _first_bad_byte(stream: BinaryIO, encoding: str) -> int | None:
    """Where decoding fails first, as an offset in bytes; the stream is left at its start."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    try:
        for piece in pieces(stream):
            held = len(decoder.getstate()[0])
            _within(done + len(piece), LARGEST_CSV)
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                return max(0, done - held) + error.start
            done += len(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return done
    finally:
        stream.seek(0)
    return None


def _wide_characters(stream: BinaryIO, end: int) -> int:
    """How many characters of several bytes stand in UTF-8 in the last stretch before byte `end`."""
    start = max(0, end - HEAD_SIZE)
    stream.seek(start)
    text = stream.read(end - start).decode("utf-8", "ignore")
    stream.seek(0)
    return sum(char > "\x7f" for char in text)


def _within(size: int, limit: int) -> None:
    if size > limit:
        raise too_much(
            f"文件大于 {limit // 1024**2:,} MiB。", f"the file has more than {limit // 1024**2:,} MiB."
        )


def _decoded(head: bytes, encoding: str) -> str:
    return head.decode(encoding, "replace")


def _delimiter(head: str, headings: Headings) -> str:
    """The one under which most headings are known; of equals the one that makes most cells."""
    return max(
        DELIMITERS,
        key=lambda delimiter: (
            _best(head, delimiter, partial(_known, headings)),
            _best(head, delimiter, len),
        ),
    )


def _known_headings(head: str, headings: Headings) -> int:
    return max(_best(head, delimiter, partial(_known, headings)) for delimiter in DELIMITERS)


def _best(head: str, delimiter: str, score: Callable[[list[str]], int]) -> int:
    """The best score among the first rows; a row cut off by the end of `head` counts as it stands."""
    best = 0
    try:
        for at, cells in enumerate(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)):
            if at == HEADING_WITHIN:
                break
            best = max(best, score(cells))
    except csv.Error:
        return best
    return best


def _known(headings: Headings, cells: list[str]) -> int:
    return sum(headings.recognise(unguarded(cell)).column is not None for cell in cells)


def _undecodable(encoding: str, at: int) -> Exception:
    return unreadable(
        f"按 {encoding.upper()} 解码在第 {at + 1:,} 字节处失败；请另存为 UTF-8 后重试。",
        f"decoding as {encoding.upper()} fails at byte {at + 1:,}; save it as UTF-8 and try again.",
        encoding=encoding,
        byte=at + 1,
    )
