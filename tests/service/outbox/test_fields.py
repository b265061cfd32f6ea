"""What the fields of requests are called, and what is said of one that is out of its range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

import pytest

from indexer.values import Hash32
from service.errors import BadInput
from service.outbox.fields import called
from service.outbox.ranges import LONGEST_REASON, check
from service.outbox.requests import LowerCap, Request, WithdrawWork

LIMITED = ("reason", "authority", "signature", "confirmation")


def _plain(annotation: Any) -> Iterator[Any]:
    """Go through what an annotation is made of."""
    parts = get_args(annotation)
    if not parts:
        yield annotation
    for part in parts:
        yield from _plain(part)


def _is_number(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, int) and kind is not bool


def fields_with_a_range(kind: Any, seen: set[Any]) -> Iterator[str]:
    """Name the numbers, limited texts and signatures of a request, and of what is in it."""
    if kind in seen:
        return
    seen.add(kind)
    for name, annotation in get_type_hints(kind).items():
        for part in _plain(annotation):
            if is_dataclass(part):
                yield from fields_with_a_range(part, seen)
            elif _is_number(part) or name.endswith(LIMITED):
                yield name


def test_every_field_that_has_a_range_is_called_something_in_both_languages() -> None:
    seen: set[Any] = set()
    names = {name for kind in get_args(Request) for name in fields_with_a_range(kind, seen)}
    assert len(names) > 50
    assert names >= {"territories", "until", "notice_days", "token_id"}
    for name in names | {"anchor_proof", "consents", "owners"}:
        assert called(name).zh != name, name
        assert "_" not in called(name).en, name


@pytest.mark.parametrize(
    ("request_", "zh", "en"),
    [
        (LowerCap(1, 1 << 64), "“版次上限”超出范围", "Out of range: cap of the edition;"),
        (
            WithdrawWork(Hash32(bytes(32)), "由" * LONGEST_REASON),
            "“理由”超出范围",
            "Out of range: reason;",
        ),
    ],
)
def test_a_field_out_of_its_range_is_named_in_words_and_for_programs(
    request_: Request, zh: str, en: str
) -> None:
    with pytest.raises(BadInput) as refused:
        check(request_)
    assert refused.value.zh.startswith(zh)
    assert refused.value.en.startswith(en)
    assert refused.value.facts["field"] in ("cap", "reason")


def test_a_field_at_its_limit_is_taken() -> None:
    check(LowerCap(1, (1 << 64) - 1))
