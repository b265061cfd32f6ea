"""A cell that lists rights, places, languages or media, read as one mask. Pure.

It takes the words of a written scope (`indexer/rights/names.py`), of one axis: names and groups with any marks between
them, all of them, and exceptions: "全世界，日本除外", "worldwide except Japan and Korea".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.rights.codes import LISTS
from indexer.rights.names import Mark, Name, ScopeUnread, Word, words_of
from indexer.rights.scope import Axis

_KNOWN_MARKS = frozenset({Mark.PART, Mark.ITEM, Mark.OPEN, Mark.CLOSE, Mark.EXCEPT, Mark.EXCEPTED})


def read_list(axis: Axis, text: str) -> int:
    """Read a list of one axis as its mask.

    Raises:
        ScopeUnread: something in it is not understood, has several meanings or is of another axis, an exception is
            not of what stands before it, or nothing is left.
    """
    words = list(words_of(text))
    taken = excepted = 0
    for name, is_out in _names(axis, words):
        mask = _mask(axis, name)
        taken, excepted = (taken, excepted | mask) if is_out else (taken | mask, excepted)
    if not taken & ~excepted or excepted & ~taken:
        kind = LISTS[axis]
        raise ScopeUnread(
            text.strip(),
            f"没有写明{kind.zh}，或除外的不在所列之中。",
            f"It names no {kind.en}, or excepts what it does not name.",
        )
    return taken & ~excepted


def _names(axis: Axis, words: Sequence[Word]) -> Iterator[tuple[Name, bool]]:
    """Go through the names, and say of each whether it is excepted.

    Excepted is what stands in brackets, or after a word that says so; where only `除外` stands behind, all names of
    the last stretch between two marks of a part.
    """
    is_out = False
    for place, word in enumerate(words):
        match word:
            case Name():
                yield word, is_out or _is_excepted_behind(words, place)
            case Mark.OPEN | Mark.EXCEPT:
                is_out = True
            case Mark.CLOSE | Mark.EXCEPTED:
                is_out = False
            case _ if word not in _KNOWN_MARKS:
                kind = LISTS[axis]
                raise ScopeUnread(
                    "",
                    f"这一格只列{kind.zh}。",
                    f"A cell of this column names each {kind.en} and nothing else.",
                )


def _is_excepted_behind(words: Sequence[Word], place: int) -> bool:
    """Whether the stretch that a name stands in ends with `除外`."""
    for word in words[place + 1 :]:
        if word is Mark.EXCEPTED:
            return True
        if word in (Mark.PART, Mark.OPEN, Mark.CLOSE, Mark.EXCEPT):
            return False
    return False


def _mask(axis: Axis, name: Name) -> int:
    for meant, mask in name.meanings:
        if meant is axis:
            return mask
    kind = LISTS[axis]
    raise ScopeUnread(name.typed, f"「{name.typed}」不是{kind.zh}。", f"“{name.typed}” is no {kind.en}.")
