"""A sheet of works: read once to judge all of it, and again to hand out its requests. Owns the sheet's file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.errors import BadInput
from service.files.description import Kind
from service.files.digests import digests_of
from service.intake.attached import Attached, Refused, attached, open_regular
from service.intake.columns import Heading
from service.intake.instructions import Complaint, NamedFile, Usual
from service.intake.layout import Layout, layout_of, place
from service.intake.reading import Draft, read_row
from service.intake.repeats import content_digest, idempotency_key, repeats
from service.intake.report import Report, refused
from service.intake.requests import FileToKeep, Issue, Problem, Severity, WorkRequest
from service.intake.rows import Row, cell_name
from service.intake.seen import Seen
from service.intake.table import Progress, Table, changed, open_table


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

    def __init__(self, table: Table, options: Options, layout: Layout, notes: list[Problem]) -> None:
        self.source = table.source
        self.dialect = table.dialect
        """`None` for a workbook."""
        self.layout = layout
        self._table = table
        self._folder = options.folder or (table.source.parent if isinstance(table.source, Path) else None)
        self._usual = Usual(options.kind, options.collection)
        self._against = options.against
        self._notes = notes
        self._report: Report | None = None

    @property
    def columns(self) -> tuple[tuple[str, Heading], ...]:
        """The columns in use as (cell of the heading, heading), so that a person sees what becomes public."""
        row = self._table.number
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
                for row in self._table.rows(progress):
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
            for row in self._table.rows(progress):
                draft = read_row(self.layout, row, self._usual).draft
                if draft is None:
                    raise changed()
                yield self._request(draft, seen)

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
            raise changed()
        try:
            with open_regular(found.path) as stream:
                digests = digests_of(stream)
        except OSError as error:
            raise changed() from error
        return FileToKeep(named.role, found.path, found.media_type, digests.sha256, digests.size)


def read_sheet(source: Path | bytes, options: Options | None = None) -> Sheet:
    """Open a sheet (CSV or XLSX, told apart by content) and understand its headings.

    Raises:
        BadInput: no table, or no heading known here. Headings that contradict each other are found by `check`,
            together with everything else.
        TooLarge: over a stated limit.
    """
    options = options or Options()
    table = open_table(source)
    layout, problems = layout_of(table.number, table.cells, options.public)
    return Sheet(table, options, layout, problems)


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
