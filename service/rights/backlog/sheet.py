"""A sheet of contracts: all of it read and judged at once. Owns the sheet's file, and reads the scans beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.files.lookalikes import visible
from service.intake.attached import Attached, Refused, attached
from service.intake.columns import Heading
from service.intake.instructions import Complaint
from service.intake.layout import Layout, layout_of, place
from service.intake.report import Report, refused
from service.intake.requests import Problem, Severity
from service.intake.rows import cell_name, too_much
from service.intake.table import Progress, Table, open_table
from service.rights.backlog.columns import CONTRACTS, MOST_CONTRACTS, looks_like
from service.rights.backlog.contract import Contract, look_key, name_key
from service.rights.backlog.reading import read_contract
from service.rights.backlog.scans import LARGEST_SCAN, scan_too_large
from service.rights.backlog.written import content_digest


@dataclass(frozen=True, slots=True)
class ContractSheet:
    """A sheet as read.

    Attributes:
        contracts: in the order of their rows, also those with errors: what was wrong in them is unknown.
        scans: the files found, by row.
        columns: the columns in use, as (cell of the heading, heading).
    """

    contracts: tuple[Contract, ...]
    report: Report
    scans: Mapping[int, Attached]
    columns: tuple[tuple[str, Heading], ...]

    def sound(self) -> tuple[Contract, ...]:
        """The contracts, if nothing is wrong with any.

        Raises:
            BadInput: there is an error anywhere; all of them are in its facts.
        """
        if not self.report.is_sound:
            raise refused(self.report)
        return self.contracts


def read_contracts(
    source: Path | bytes, today: int, folder: Path | None = None, progress: Progress | None = None
) -> ContractSheet:
    """Read a sheet of contracts (CSV or XLSX, UTF-8 or GB 18030, headings in Chinese or English).

    Args:
        today: the number of the day, so that nothing was signed after it.
        folder: where the scans lie; by default the folder of the sheet.

    Raises:
        BadInput: it is no table, or has no heading known here.
        TooLarge: it is over a stated limit.
    """
    table = open_table(source, CONTRACTS)
    layout, problems = layout_of(table.number, table.cells, frozenset(), CONTRACTS)
    folder = folder or (source.parent if isinstance(source, Path) else None)
    reading = _Reading(table, layout, folder, today)
    for problem in (*problems, *_alike(table, layout)):
        reading.report.add(problem)
    reading.read(progress)
    columns = tuple((cell_name(at, table.number), h) for at, h in enumerate(layout.headings) if h is not None)
    return ContractSheet(tuple(reading.contracts), reading.report, reading.scans, columns)


class _Reading:
    """What was read so far, and the names and rows it was seen with."""

    def __init__(self, table: Table, layout: Layout, folder: Path | None, today: int) -> None:
        self.contracts: list[Contract] = []
        self.report = Report()
        self.scans: dict[int, Attached] = {}
        self._table, self._layout, self._folder, self._today = table, layout, folder, today
        self._rows: dict[bytes, int] = {}
        self._looks: dict[str, dict[str, int]] = {}

    def read(self, progress: Progress | None) -> None:
        for row in self._table.rows(progress):
            self.report.rows += 1
            if self.report.rows > MOST_CONTRACTS:
                raise too_much(
                    f"多于 {MOST_CONTRACTS:,} 份合同。", f"more than {MOST_CONTRACTS:,} contracts."
                )
            contract, found = read_contract(self._layout, row, self._today)
            more = (*self._scan(contract), *self._alike(contract), *self._repeated(contract))
            placed = [*found, *((self._layout.find(one.column) if one.column else None, one) for one in more)]
            for at, complaint in sorted(placed, key=lambda pair: -1 if pair[0] is None else pair[0]):
                self.report.add(place(self._layout, row.number, at, complaint))
            self.contracts.append(contract)
        if not self.report.rows:
            zh, en = "列名之下没有数据。", "Nothing stands below the headings."
            self.report.add(Problem("", "", Severity.ERROR, "no-rows", zh, en))

    def _scan(self, contract: Contract) -> Iterator[Complaint]:
        if not contract.scan:
            return
        shown = visible(contract.scan[:200])
        if self._folder is None:
            yield Complaint(
                "scan", "no-folder", "没有可取文件的文件夹。", "There is no folder to take files from."
            )
            return
        found = attached(self._folder, contract.scan)
        if isinstance(found, Refused):
            yield Complaint("scan", found.code, f"{shown}：{found.zh}", f"{shown}: {found.en}")
            return
        if found.size > LARGEST_SCAN:
            too_large = scan_too_large(contract)
            yield Complaint("scan", too_large.code, too_large.zh, too_large.en)
            return
        self.scans[contract.row] = found
        self.report.files += 1
        self.report.file_bytes += found.size

    def _alike(self, contract: Contract) -> Iterator[Complaint]:
        """Names that can be taken for each other but are not the same: one of them is a slip, or a trick."""
        names = (
            ("work", contract.work.title, contract.work.title_key),
            ("licensor", contract.licensor, name_key(contract.licensor)),
            ("licensee", contract.licensee, name_key(contract.licensee)),
        )
        for column, name, key in names:
            if not name:
                continue
            kind = "work" if column == "work" else "party"
            seen = self._looks.setdefault(f"{kind} {look_key(key)}", {})
            other = next((row for known, row in seen.items() if known != key), None)
            if other is not None and key not in seen:
                zh = f"与第 {other} 行的名称形近而不同；请核对。"
                en = f"This can be taken for the name in row {other} but is not the same; check it."
                yield Complaint(column, "name-look-alike", zh, en, Severity.WARNING)
            seen.setdefault(key, contract.row)

    def _repeated(self, contract: Contract) -> Iterator[Complaint]:
        first = self._rows.setdefault(content_digest(contract), contract.row)
        if first != contract.row:
            zh, en = f"整行与第 {first} 行相同。", f"The whole row is that of row {first}."
            yield Complaint("", "row-repeated", zh, en, Severity.WARNING)


def _alike(table: Table, layout: Layout) -> Iterator[Problem]:
    """Headings that are not known, but look as if they were: their column would be passed over without a word."""
    for at, heading in enumerate(layout.headings):
        if heading is None or heading.column is not None:
            continue
        meant = looks_like(heading.text)
        if meant is not None:
            zh = f"看上去是“{meant.zh[0]}”，却混有形近的别的字符；请重新输入列名。"
            en = f"It looks like {meant.en[0]}, but with characters of another script; type the heading anew."
            yield place(layout, table.number, at, Complaint("", "heading-look-alike", zh, en))
