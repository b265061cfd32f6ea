"""A sheet of works: read once to judge all of it, and again to hand out its requests. Owns the sheet's file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from service.errors import BadInput, Conflict
from service.files.description import Kind
from service.files.digests import digests_of
from service.intake.attached import Attached, Refused, attached, open_regular
from service.intake.columns import Heading, recognise
from service.intake.delimited import Dialect, delimited_rows, dialect_of
from service.intake.instructions import Complaint, NamedFile, Usual
from service.intake.layout import Layout, layout_of, place
from service.intake.limits import HEADING_WITHIN, LARGEST_WORKBOOK, MOST_ROWS
from service.intake.reading import Draft, read_row
from service.intake.repeats import content_digest, idempotency_key, repeats
from service.intake.report import Report, refused
from service.intake.requests import FileToKeep, Issue, Problem, Severity, WorkRequest
from service.intake.rows import Row, cell_name, too_much, unreadable
from service.intake.seen import Seen
from service.intake.workbook import OLE_MAGIC, ZIP_MAGIC, workbook_rows

Progress = Callable[[int], None]
"""Told the number of rows done, now and then."""


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for a whole sheet where it does not say.

    `kind` and `collection` are those of rows that state none; `public` are names of columns (or headings of the
    sheet's own) to be public although they usually are not; `folder` is where its files lie, by default the
    folder the sheet lies in; `against` says what more there is against issuing a work of a kind.
    """

    kind: Kind | None = None
    collection: str | None = None
    public: frozenset[str] = frozenset()
    folder: Path | None = None
    against: Callable[[Kind, Issue], Iterable[Complaint]] = lambda _, __: ()


class Sheet:
    """A sheet whose headings were understood.

    `check` judges every row; `requests` hands out what they ask for, and nothing if there is any error. Both
    stream: memory does not grow with the rows.
    """

    def __init__(
        self,
        source: Path | bytes,
        options: Options,
        dialect: Dialect | None,
        number: int,
        layout: Layout,
        notes: list[Problem],
    ) -> None:
        self.source = source
        self.dialect = dialect
        """`None` for a workbook."""
        self.layout = layout
        self._folder = options.folder or (source.parent if isinstance(source, Path) else None)
        self._usual = Usual(options.kind, options.collection)
        self._against = options.against
        self._first_row = number + 1
        self._notes = notes
        self._state = _state(source)
        self._report: Report | None = None

    @property
    def columns(self) -> tuple[tuple[str, Heading], ...]:
        """The columns in use as (cell of the heading, heading), so that a person sees what becomes public."""
        row = self._first_row - 1
        return tuple((cell_name(at, row), h) for at, h in enumerate(self.layout.headings) if h is not None)

    def check(self, progress: Progress | None = None) -> Report:
        """Judge all rows, with all their files, and find all errors at once.

        Raises:
            TooLarge: it is over a limit.
            Conflict: the file was changed meanwhile.
        """
        report = Report()
        for note in self._notes:
            report.add(note)
        with Seen() as seen:
            try:
                for row in self._rows(progress):
                    report.rows += 1
                    self._check_row(row, seen, report)
            except BadInput as error:
                # What was found above the place where reading ends is said together with it.
                cell = str(error.facts.get("row", ""))
                report.add(Problem(cell, "", Severity.ERROR, error.code, error.zh, error.en))
        if not report.rows and report.is_sound:
            zh, en = "列名之下没有数据。", "Nothing stands below the headings."
            report.add(Problem("", "", Severity.ERROR, "no-rows", zh, en))
        self._report = report
        return report

    def requests(self, progress: Progress | None = None) -> Iterator[WorkRequest]:
        """What the rows ask for, in their order.

        Raises:
            BadInput: there is an error anywhere (all of them in `facts`); nothing was handed out.
            Conflict: the sheet or a file was changed after it was judged.
        """
        report = self._report or self.check()
        if not report.is_sound:
            raise refused(report)
        with Seen() as seen:
            for row in self._rows(progress):
                draft = read_row(self.layout, row, self._usual).draft
                if draft is None:
                    raise _changed()
                yield self._request(draft, seen)

    def _rows(self, progress: Progress | None) -> Iterator[Row]:
        if _state(self.source) != self._state:
            raise _changed()
        done = 0
        for row in raw_rows(self.source, self.dialect):
            if row.number < self._first_row or row.is_blank:
                continue
            done += 1
            if done > MOST_ROWS:
                raise too_much(f"数据多于 {MOST_ROWS:,} 行。", f"more than {MOST_ROWS:,} rows of data.")
            yield row
            if progress is not None and done % 100 == 0:
                progress(done)
        if progress is not None:
            progress(done)

    def _check_row(self, row: Row, seen: Seen, report: Report) -> None:
        reading = read_row(self.layout, row, self._usual)
        more = list(self._look_at_files(reading.files, report))
        if reading.draft is not None:
            issue = reading.draft.issue
            if issue is not None:
                report.issued += issue.quantity
                more += self._against(reading.draft.description.kind, issue)
            more += repeats(reading.draft, seen)
        found = [*reading.complaints, *((self._column_of(complaint), complaint) for complaint in more)]
        for at, complaint in sorted(found, key=lambda placed: -1 if placed[0] is None else placed[0]):
            report.add(place(self.layout, row.number, at, complaint))

    def _look_at_files(self, files: Iterable[NamedFile], report: Report) -> Iterator[Complaint]:
        for named in files:
            found = self._attached(named)
            yield from _complaints_of_file(named, found)
            if isinstance(found, Attached):
                report.files += 1
                report.file_bytes += found.size

    def _column_of(self, complaint: Complaint) -> int | None:
        return self.layout.find(complaint.column) if complaint.column else None

    def _attached(self, named: NamedFile) -> Attached | Refused:
        if self._folder is None:
            return Refused("no-folder", "没有可取文件的文件夹。", "There is no folder to take files from.")
        return attached(self._folder, named.relative)

    def _request(self, draft: Draft, seen: Seen) -> WorkRequest:
        files = tuple(self._file(named) for named in draft.files)
        content = content_digest(draft, files)
        key = idempotency_key(content, seen.add("request", content, draft.row).times)
        return WorkRequest(key, draft.row, draft.description, draft.internal, files, draft.issue)

    def _file(self, named: NamedFile) -> FileToKeep:
        found = self._attached(named)
        if isinstance(found, Refused):
            raise _changed()
        try:
            with open_regular(found.path) as stream:
                digests = digests_of(stream)
        except OSError as error:
            raise _changed() from error
        return FileToKeep(named.role, found.path, found.media_type, digests.sha256, digests.size)


def read_sheet(source: Path | bytes, options: Options | None = None) -> Sheet:
    """Open a sheet (CSV or XLSX, told apart by content) and understand its headings.

    Raises:
        BadInput: no table, or no heading known here. Headings that contradict each other are found by `check`,
            together with everything else.
        TooLarge: over a stated limit.
    """
    options = options or Options()
    dialect = _dialect(source)
    number, cells = _heading_row(source, dialect)
    layout, problems = layout_of(number, cells, options.public)
    return Sheet(source, options, dialect, number, layout, problems)


def raw_rows(source: Path | bytes, dialect: Dialect | None) -> Iterator[Row]:
    """Every row of a table as it stands; `dialect` is `None` for a workbook."""
    with _opened(source) as stream:
        yield from workbook_rows(stream) if dialect is None else delimited_rows(stream, dialect)


def _complaints_of_file(named: NamedFile, found: Attached | Refused) -> Iterator[Complaint]:
    shown = named.relative[:200]
    if isinstance(found, Refused):
        yield Complaint(named.column, found.code, f"{shown}：{found.zh}", f"{shown}: {found.en}")
    elif named.role == "image" and not found.media_type.startswith("image/"):
        zh, en = f"{shown} 不是图片。", f"{shown} is not a picture."
        yield Complaint(named.column, "not-a-picture", zh, en)
    elif found.is_named_otherwise:
        zh = f"{shown} 的内容是 {found.media_type}，与扩展名不符。"
        en = f"{shown} is {found.media_type}, not what its name says."
        yield Complaint(named.column, "named-otherwise", zh, en, Severity.WARNING)


def _dialect(source: Path | bytes) -> Dialect | None:
    with _opened(source) as stream:
        magic = stream.read(len(ZIP_MAGIC))
        stream.seek(0)
        return None if magic in (ZIP_MAGIC, OLE_MAGIC) else dialect_of(stream)


def _heading_row(source: Path | bytes, dialect: Dialect | None) -> tuple[int, tuple[str, ...]]:
    """The row, among the first ones, with most known headings."""
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    is_empty = True
    try:
        for row in takewhile(lambda row: row.number <= HEADING_WITHIN, raw_rows(source, dialect)):
            is_empty = is_empty and row.is_blank
            known = sum(recognise(text).column is not None for text in row.cells)
            if known > best[0]:
                best = (known, row.number, row.cells)
    except BadInput:
        # Where the headings are known, what is wrong below them is said by `check`, with everything else.
        if not best[0]:
            raise
    if not best[0]:
        raise _without_headings(is_empty=is_empty)
    return best[1], best[2]


def _without_headings(*, is_empty: bool) -> BadInput:
    if is_empty:
        return unreadable(
            f"前 {HEADING_WITHIN} 行全是空的；列名须在其中。",
            f"its first {HEADING_WITHIN} rows are empty; the headings must stand in one of them.",
        )
    return unreadable(
        f"前 {HEADING_WITHIN} 行里没有认识的列名（如：题名、类别、文件）。",
        f"none of its first {HEADING_WITHIN} rows has a heading known here (such as Title, Kind, File).",
    )


@contextmanager
def _opened(source: Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        if len(source) > LARGEST_WORKBOOK:
            limit = LARGEST_WORKBOOK // 1024**2
            raise too_much(f"大于 {limit} MiB。", f"it has more than {limit} MiB.")
        yield io.BytesIO(source)
        return
    try:
        stream = source.open("rb")
    except OSError as error:
        raise unreadable(f"{error.strerror}。", f"{error.strerror}.") from error
    with stream:
        yield stream


def _state(source: Path | bytes) -> tuple[int, ...]:
    """What shows that a file was changed between two readings."""
    if isinstance(source, bytes):
        return ()
    status = source.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _changed() -> Conflict:
    return Conflict(
        "sheet-changed",
        "表格或其中的文件在核对之后被改动；请重新提交。",
        "The sheet or one of its files was changed after it was judged; send it again.",
    )
