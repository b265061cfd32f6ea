"""Which rows are of one work: by number, by title, by both. Pure.

A title joins rows, and a number joins rows; one edition's ISBN is not another's, so that unlike ISBNs part nothing.
Only where one title stands with two ids does it join nothing: those are two works here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

from service.rights.backlog.contract import Contract, NumberKind, WorkName


def works(contracts: Sequence[Contract]) -> tuple[tuple[Contract, ...], ...]:
    """Group contracts by their work, in the order in which works are first named; rows that name none stay alone."""
    ambiguous = _titles_of_several(contracts)
    roots: dict[Hashable, Hashable] = {}

    def root(key: Hashable) -> Hashable:
        while (above := roots.setdefault(key, key)) != key:
            roots[key] = roots[above]
            key = above
        return key

    keys = [_keys(contract, ambiguous) for contract in contracts]
    for first, *others in keys:
        for other in others:
            roots[root(other)] = root(first)
    groups: dict[Hashable, list[Contract]] = defaultdict(list)
    for contract, (first, *_) in zip(contracts, keys, strict=True):
        groups[root(first)].append(contract)
    return tuple(map(tuple, groups.values()))


def surely_same(one: WorkName, other: WorkName) -> bool:
    """Whether two names in one group are of one work by more than their title."""
    if one.number and other.number:
        return one.number == other.number or NumberKind.ISBN in (one.number_kind, other.number_kind)
    return True


def _titles_of_several(contracts: Sequence[Contract]) -> frozenset[str]:
    ids: dict[str, set[str]] = defaultdict(set)
    for contract in contracts:
        if contract.work.number_kind is NumberKind.ID:
            ids[contract.work.title_key].add(contract.work.number)
    return frozenset(title for title, found in ids.items() if len(found) > 1)


def _keys(contract: Contract, ambiguous: frozenset[str]) -> list[Hashable]:
    """What a row is found by; at least one key."""
    work, title = contract.work, contract.work.title_key
    keys: list[Hashable] = [("number", work.number)] if work.number else []
    if title and not (title in ambiguous and work.number):
        keys.append(("title", title))
    return keys or [("row", contract.row)]
