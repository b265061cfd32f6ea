"""The decision of the indexer against a model: chains that grow, fork, roll back and lag."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.follow import (
    PATIENCE,
    CatchUp,
    Chain,
    Extend,
    Halt,
    Header,
    Idle,
    Reason,
    Rewind,
    Step,
    next_step,
    settled_depth,
    settled_number,
)
from indexer.keccak import keccak256
from indexer.values import Hash32

GENESIS = keccak256(b"genesis")


def block(number: int, parent: Hash32, label: str = "") -> Header:
    return Header(number, keccak256(b"%d" % number + parent + label.encode()), parent, 1_700_000_000 + number)


def grow(headers: tuple[Header, ...], blocks: int, label: str = "") -> tuple[Header, ...]:
    for _ in range(blocks):
        headers = (*headers, block(headers[-1].number + 1, headers[-1].hash, label))
    return headers


ROOT = (Header(0, GENESIS, Hash32(bytes(32)), 1_700_000_000),)


def chain(headers: tuple[Header, ...]) -> Chain:
    return Chain(GENESIS, headers)


@dataclass
class Follower:
    """Carries out the steps as the loop does, on a model of a node."""

    depth: int
    held: tuple[Header, ...] = ROOT
    behind: int = 0
    steps: list[Step] = field(default_factory=list)

    def look(self, node: tuple[Header, ...]) -> Step:
        """Follow until there is nothing more to do; what is asked for is answered from `node`."""
        seen = node[-1:]
        for _ in range(8):
            step = next_step(chain(self.held), chain(seen), looks_behind=self.behind)
            self.steps.append(step)
            match step:
                case CatchUp(first, last):
                    seen = node[first : last + 1]
                case Extend(headers):
                    assert headers[0].parent_hash == self.held[-1].hash
                    self.held += headers
                    seen = node[-1:]
                case Rewind(to, replaced):
                    assert to in node, "went back to a block that the node does not have"
                    assert self.held[-len(replaced) :] == replaced
                    self.held = self.held[: -len(replaced)]
                    assert self.held[-1] == to
                    assert not any(header in node for header in replaced), "forgot what the node still has"
                case Idle(reason):
                    self.behind = self.behind + 1 if reason is Reason.NODE_BEHIND else 0
                    self.settle()
                    return step
                case Halt():
                    return step
        raise AssertionError(f"no end: {self.steps[-8:]}")

    def settle(self) -> None:
        tip = self.held[-1].number
        settled = settled_number(tip, self.depth, self.held[0].number)
        self.held = tuple(header for header in self.held if header.number >= settled)


events = st.lists(
    st.tuples(st.sampled_from(["mine", "fork", "roll back", "lag"]), st.integers(1, 6), st.integers(1, 6)),
    min_size=1,
    max_size=12,
)


def play(node: tuple[Header, ...], event: str, back: int, forth: int, label: str) -> tuple[Header, ...]:
    kept = node[: max(1, len(node) - back)]
    return {
        "mine": lambda: grow(node, forth, label),
        "fork": lambda: grow(kept, forth, label),
        "roll back": lambda: kept,
        "lag": lambda: node,
    }[event]()


def look_patiently(follower: Follower, node: tuple[Header, ...]) -> Step:
    for _ in range(PATIENCE + 1):
        step = follower.look(node)
        if step != Idle(Reason.NODE_BEHIND):
            break
    return step


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([0, 1, 3, 12]), events)
def test_a_follower_ends_on_the_chain_of_its_node_or_halts_for_a_good_reason(
    depth: int, script: list[tuple[str, int, int]]
) -> None:
    node = grow(ROOT, 3, "first")
    follower = Follower(depth)
    follower.look(node)
    for turn, (event, back, forth) in enumerate(script):
        node = play(node, event, back, forth, str(turn))
        if event == "lag":
            follower.look(node[: max(1, len(node) - back)])
            assert all(header in node for header in follower.held), "a lagging node took something away"
        step = look_patiently(follower, node)
        if isinstance(step, Halt):
            assert step.reason is Reason.SETTLED_REPLACED
            assert (step.held, step.held in node, step.seen in node) == (follower.held[0], False, True)
            return
        assert step == Idle(Reason.UP_TO_DATE)
        assert follower.held[-1] == node[-1]
        assert all(header in node for header in follower.held)


def test_the_header_after_ours_extends() -> None:
    held = grow(ROOT, 5)
    assert next_step(chain(held), chain(grow(held, 1)[-1:])) == Extend(grow(held, 1)[-1:])


def test_the_header_we_hold_is_nothing_to_do() -> None:
    held = grow(ROOT, 5)
    assert next_step(chain(held), chain(held[-1:])) == Idle(Reason.UP_TO_DATE)


def test_a_head_far_away_asks_for_what_lies_between() -> None:
    held = grow(ROOT, 5)
    assert next_step(chain(held), chain(grow(held, 9)[-1:])) == CatchUp(6, 14)


def test_a_fork_goes_back_to_the_last_block_that_both_have() -> None:
    held = grow(ROOT, 5)
    other = grow(held[:4], 4, "other")
    assert next_step(chain(held), chain(other[3:])) == Rewind(held[3], held[4:])


def test_a_fork_that_shows_only_its_head_asks_for_the_heights_we_hold() -> None:
    held = grow(ROOT, 5)
    other = grow(held[:3], 3, "other")
    assert next_step(chain(held), chain(other[-1:])) == CatchUp(0, 5)


def test_a_shorter_fork_is_followed_too() -> None:
    held = grow(ROOT, 5)
    other = grow(held[:3], 1, "other")
    assert next_step(chain(held), chain(other[-1:])) == Rewind(held[2], held[3:])


def test_a_fork_at_the_settled_block_halts_and_names_both_headers() -> None:
    held = grow(ROOT, 5)[2:]
    other = grow(ROOT, 6, "other")
    assert next_step(chain(held), chain(other[2:7])) == Halt(Reason.SETTLED_REPLACED, held[0], other[2])


def test_a_fork_right_above_the_settled_block_does_not_halt() -> None:
    held = grow(ROOT, 5)[2:]
    other = grow(held[:1], 6, "other")
    assert next_step(chain(held), chain(other[:4])) == Rewind(held[0], held[1:])


def test_with_a_lone_validator_any_other_block_at_our_height_halts() -> None:
    held = grow(ROOT, 5)
    other = grow(held[:5], 1, "other")
    assert next_step(chain(held[-1:]), chain(other[-1:])) == Halt(
        Reason.SETTLED_REPLACED, held[-1], other[-1]
    )


def test_another_genesis_behind_the_address_halts() -> None:
    held = grow(ROOT, 5)
    stranger = replace(chain(held[-1:]), genesis=keccak256(b"another"))
    assert next_step(chain(held), stranger) == Halt(Reason.OTHER_CHAIN, held[0], held[-1])


def test_a_node_that_lags_takes_nothing_away() -> None:
    held = grow(ROOT, 5)
    for looks in range(PATIENCE):
        assert next_step(chain(held), chain(held[3:4]), looks_behind=looks) == Idle(Reason.NODE_BEHIND)


def test_a_chain_that_stays_shorter_was_rolled_back() -> None:
    held = grow(ROOT, 5)
    assert next_step(chain(held), chain(held[3:4]), looks_behind=PATIENCE) == Rewind(held[3], held[4:])


def test_a_chain_rolled_back_below_the_settled_block_halts() -> None:
    held = grow(ROOT, 5)
    step = next_step(chain(held[3:]), chain(held[1:2]), looks_behind=PATIENCE)
    assert step == Halt(Reason.SETTLED_REPLACED, held[3], held[1])


def test_headers_that_do_not_follow_one_another_are_no_chain() -> None:
    held = grow(ROOT, 5)
    with pytest.raises(ValueError, match="does not follow"):
        chain((held[1], held[3]))
    with pytest.raises(ValueError, match="at least one"):
        chain(())


@pytest.mark.parametrize(
    ("consensus", "signers", "depth"),
    [
        ("clique", 1, 0),
        ("qbft", 4, 0),
        ("anvil", 0, 0),
        ("clique", 4, 12),
        ("clique", 0, 64),
        ("unknown", 0, 64),
    ],
)
def test_settled_depth_depends_on_who_could_replace_a_block(consensus: str, signers: int, depth: int) -> None:
    assert settled_depth(consensus, signers) == depth


def test_the_settled_height_never_goes_back() -> None:
    assert settled_number(tip=20, depth=3, before=16) == 17
    assert settled_number(tip=15, depth=3, before=16) == 16
