"""What is drawn by a seed is drawn again by it, whoever comes first."""

from __future__ import annotations

import pytest

from tests.faults.lies import Liar, Lie, Told, asked_instead, bent

METHODS = ("eth_getLogs", "eth_getTransactionReceipt", "eth_blockNumber")
EACH = 200


def _heard(seed: int, order: list[str]) -> dict[str, list[Told | None]]:
    """Ask, and give what was said about each method, in the order of its questions."""
    liar = Liar(seed, 0.2)
    heard: dict[str, list[Told | None]] = {method: [] for method in METHODS}
    for method in order:
        heard[method].append(liar.about(method))
    return heard


def test_the_same_lies_are_told_again_however_the_questions_are_mixed() -> None:
    in_turn, mixed = _heard(7, [*METHODS] * EACH), _heard(7, sorted([*METHODS] * EACH))
    assert in_turn == mixed
    assert any(one is not None for one in in_turn["eth_getLogs"])


def test_another_seed_tells_others() -> None:
    assert _heard(7, [*METHODS] * EACH) != _heard(8, [*METHODS] * EACH)


@pytest.mark.parametrize("at", range(4))
def test_the_number_of_a_lie_says_which_log_is_left_out(at: int) -> None:
    logs = ["a", "b", "c"]
    said = bent(Told(Lie.LOGS_CUT, at), {"result": logs})["result"]
    assert said == [one for one in logs if one != logs[at % 3]]


def test_an_older_head_is_asked_for_only_where_the_newest_was() -> None:
    told = Told(Lie.OLD_HEAD, 1)
    newest = {"method": "eth_getBlockByNumber", "params": ["latest", False]}
    assert asked_instead(told, newest, 10)["params"] == ["0x8", False]
    fixed = {"method": "eth_getBlockByNumber", "params": ["0x5", False]}
    assert asked_instead(told, fixed, 10) == fixed
