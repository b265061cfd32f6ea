"""The columns of a sheet that say what to do: kind, files, edition, recipients. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from service.files.description import KIND_LABELS, Kind, text_faults
from service.files.lookalikes import normal
from service.files.statement import LONGEST_TITLE
from service.intake.limits import GREATEST_CAP, MOST_ATTACHMENTS, MOST_RECIPIENTS
from service.intake.requests import Issue, Severity

Said = Mapping[str, str]
"""The texts of a row's instructions by column name, without blanks around them; only those that say something."""

_RECIPIENT: Final = re.compile(r"0x[0-9a-fA-F]{40}|[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_LIST: Final = re.compile(r"[\n;；]")
_GAPS: Final = re.compile(r"[\s,，;；、]+")
_OTHER_KIND_WORDS: Final = {
    "产权登记作品": Kind.RIGHTS_REGISTERED,
    "版权作品": Kind.RIGHTS_REGISTERED,
    "出版物": Kind.PUBLICATION,
    "文物原始数据": Kind.CAPTURE_RECORD,
    "衍生作品": Kind.DERIVED_WORK,
}
_KINDS: Final[Mapping[str, Kind]] = _OTHER_KIND_WORDS | {
    word.casefold(): kind
    for kind, labels in KIND_LABELS.items()
    for word in (kind.replace("_", " "), labels[0], labels[1].replace("-", " "))
}


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds where a row does not say; `collection` issues every row in it."""

    kind: Kind | None = None
    collection: str | None = None


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file as a cell names it: its role in the manifest, its path as written, and the cell's column name."""

    role: str
    relative: str
    column: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something about one column of a row, before it is known which cell that is."""

    column: str
    code: str
    zh: str
    en: str
    severity: Severity = Severity.ERROR


def kind_of(said: Said, usual: Usual) -> Kind | Complaint:
    """The kind of work a row states."""
    stated = said.get("kind")
    if stated is None and usual.kind is not None:
        return usual.kind
    word = " ".join(re.sub(r"[_\-]", " ", normal(stated or "").casefold()).split())
    if word in _KINDS:
        return _KINDS[word]
    words_zh = "、".join(zh for zh, _ in KIND_LABELS.values())
    words_en = ", ".join(en for _, en in KIND_LABELS.values())
    code = "kind-missing" if stated is None else "kind-unknown"
    return Complaint("kind", code, f"类别须为：{words_zh}。", f"The kind must be one of: {words_en}.")


def files_of(said: Said) -> Iterator[NamedFile | Complaint]:
    """The files a row names: the deposited one first."""
    for column, role, most in (
        ("file", "work", 1),
        ("image", "image", 1),
        ("attachments", "attachment", MOST_ATTACHMENTS),
    ):
        listed = [part.strip() for part in _LIST.split(said.get(column, "")) if part.strip()]
        if len(listed) > most:
            yield Complaint(
                column,
                "too-many-files",
                f"此格至多 {most} 个文件。",
                f"This cell takes at most {most} file(s).",
            )
        yield from (NamedFile(role, relative, column) for relative in listed)


def issue_of(said: Said, usual: Usual) -> tuple[Issue | None, list[Complaint]]:
    """What a row asks to issue: without a collection nothing.

    Where the quantity is not said it is the cap, else the number of recipients, else one; where the cap is not
    said it is the quantity; the edition is the first.
    """
    complaints: list[Complaint] = []
    numbers: dict[str, int] = {}
    for column in ("edition", "cap", "quantity"):
        number = _number(said, column)
        if isinstance(number, Complaint):
            complaints.append(number)
        elif number is not None:
            numbers[column] = number
    recipients = tuple(filter(None, _GAPS.split(said.get("recipients", ""))))
    complaints += _complaints_of_recipients(recipients)
    collection = said.get("collection") or usual.collection
    if collection is None:
        return None, complaints + _without_collection(said)
    quantity = numbers.get("quantity") or numbers.get("cap") or max(1, len(recipients))
    issue = Issue(collection, numbers.get("edition", 1), numbers.get("cap", quantity), quantity, recipients)
    return issue, complaints + list(_complaints_of_issue(issue))


def _number(said: Said, column: str) -> int | Complaint | None:
    if column not in said:
        return None
    digits = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", said[column])).removesuffix(".0")
    if re.fullmatch(r"[0-9]{1,9}", digits) and 1 <= int(digits) <= GREATEST_CAP:
        return int(digits)
    return Complaint(
        column,
        "number-malformed",
        f"须为 1 到 {GREATEST_CAP:,} 的整数。",
        f"This must be a whole number from 1 to {GREATEST_CAP:,}.",
    )


def _complaints_of_recipients(recipients: tuple[str, ...]) -> list[Complaint]:
    complaints = []
    if len(recipients) > MOST_RECIPIENTS:
        zh, en = (
            f"一行至多 {MOST_RECIPIENTS:,} 位领受人。",
            f"A row takes at most {MOST_RECIPIENTS:,} recipients.",
        )
        complaints.append(Complaint("recipients", "too-many-recipients", zh, en))
    if not all(map(_RECIPIENT.fullmatch, recipients)):
        zh = "领受人须写登记代码或 0x 地址，不写姓名。"
        en = "Recipients are registration codes or 0x addresses, never names."
        complaints.append(Complaint("recipients", "recipient-malformed", zh, en))
    if len(set(recipients)) < len(recipients):
        zh = "同一领受人出现多次，将各得一件。"
        en = "A recipient stands here more than once and will get one collectible each time."
        complaints.append(Complaint("recipients", "recipient-twice", zh, en, Severity.WARNING))
    return complaints


def _without_collection(said: Said) -> list[Complaint]:
    if not said.keys() & {"edition", "cap", "quantity", "recipients"}:
        return []
    zh = "要发行须填写系列；只存证则不填版次、上限、数量与领受人。"
    en = "To issue, name a collection; to deposit only, leave out edition, cap, quantity and recipients."
    return [Complaint("collection", "collection-missing", zh, en)]


def _complaints_of_issue(issue: Issue) -> Iterator[Complaint]:
    for fault in text_faults("collection", issue.collection, LONGEST_TITLE):
        yield Complaint(fault.fact, fault.code, fault.zh, fault.en)
    if issue.quantity > issue.cap:
        zh = f"数量 {issue.quantity} 大于发行上限 {issue.cap}。"
        en = f"The quantity {issue.quantity} is over the cap {issue.cap}."
        yield Complaint("quantity", "quantity-over-cap", zh, en)
    if len(issue.recipients) > issue.quantity:
        zh = f"领受人 {len(issue.recipients)} 位，多于数量 {issue.quantity}。"
        en = f"{len(issue.recipients)} recipients for a quantity of {issue.quantity}."
        yield Complaint("recipients", "recipients-over-quantity", zh, en)
