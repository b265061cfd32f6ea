"""What a bundle can claim: which histories each kind needs, and whether it follows from them. Pure.

A kind of claim is one frozen class, here or in `rights_claims.py`, with the members of `Claim`, and one line in
`_READERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from indexer.events import AccountReplaced, Anchored, EditionOpened, Sources, edition_of
from indexer.evidence.judgement import Fact, Judgement, Outcome, missing
from indexer.evidence.phrase import Phrase
from indexer.evidence.replay import Replay
from indexer.evidence.rights_claims import RIGHTS_READERS
from indexer.evidence.strict import Node
from indexer.state import Anchor, Token, TokenStatus, Work
from indexer.values import ZERO_HASH, Address, Hash32, as_hex
from indexer.wire import UINT256_MAX, write_address, write_time

_MOST_TIME = (1 << 63) - 1


class Claim(Protocol):
    """What every kind of claim can say."""

    KIND: ClassVar[str]

    @property
    def work_id(self) -> Hash32:
        """The work whose file and manifest are compared."""
        ...

    def subjects(self, sources: Sources) -> tuple[Hash32, ...]:
        """List the subjects whose whole histories the bundle must carry."""
        ...

    def judge(self, replay: Replay, sources: Sources) -> Judgement:
        """Say whether the claim follows from the histories."""
        ...

    def issuer(self, replay: Replay, sources: Sources) -> Address | None:
        """Give the address that must be a known legal person, as the records name it."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Write the claim without its kind."""
        ...


@dataclass(frozen=True, slots=True)
class Holding:
    """A token of an edition of a work is held by an account.

    Its edition is opened in the history of the work, so that the collection, whose history grows with every edition
    in it, need not be carried.
    """

    KIND: ClassVar[str] = "holding"
    token_id: int
    holder: Address
    work_id: Hash32

    def subjects(self, sources: Sources) -> tuple[Hash32, ...]:
        """List the token and the work."""
        return sources.token(self.token_id), sources.work(self.work_id)

    def judge(self, replay: Replay, sources: Sources) -> Judgement:
        """Say whether the token stands, is of that work, and is held by that account."""
        token = replay.state(sources.token(self.token_id), Token)
        work = replay.state(sources.work(self.work_id), Work)
        opened = _opened(replay, self.token_id)
        if token is None or work is None or opened is None:
            return missing(self.subjects(sources), replay)
        if fault := self._fault(token, opened):
            return Judgement(Outcome.CONTRADICTED, fault)
        if not _stands_for(replay, token.issuer, work.registrant):
            return Judgement(Outcome.OPEN, _OTHER_ISSUER, _token_facts(token, opened), work.withdrawn)
        return Judgement(Outcome.FOLLOWS, _HELD, _token_facts(token, opened), work.withdrawn)

    def issuer(self, replay: Replay, sources: Sources) -> Address | None:
        """Give the account that issued the token."""
        token = replay.state(sources.token(self.token_id), Token)
        return token.issuer if token else None

    def to_json(self) -> dict[str, str]:
        """Write token, holder and work."""
        return {
            "tokenId": str(self.token_id),
            "holder": write_address(self.holder),
            "workId": as_hex(self.work_id),
        }

    def _fault(self, token: Token, opened: EditionOpened) -> Phrase | None:
        if token.status is not TokenStatus.LIVE:
            return Phrase("该藏品已注销，记录仍在。", "The collectible was struck out; its records stay.")
        if token.holder != self.holder:
            who = write_address(token.holder)
            return Phrase(f"由记录推得的持有人是另一账户：{who}。", f"The records say that {who} holds it.")
        if (token.work_id, opened.work_id) != (self.work_id, self.work_id):
            return Phrase("该藏品属于另一作品。", "The collectible is of another work.")
        if token.collection_id != opened.collection_id or token.serial > opened.cap:
            return Phrase("该藏品与其版次不符。", "The collectible does not agree with its edition.")
        return None


@dataclass(frozen=True, slots=True)
class Deposit:
    """A work was deposited by an account, no later than a time (Unix seconds)."""

    KIND: ClassVar[str] = "deposit"
    work_id: Hash32
    registrant: Address
    no_later_than: int

    def subjects(self, sources: Sources) -> tuple[Hash32, ...]:
        """List the work."""
        return (sources.work(self.work_id),)

    def judge(self, replay: Replay, sources: Sources) -> Judgement:
        """Say whether that account deposited it by then; an older anchor counts where its history is carried."""
        work = replay.state(sources.work(self.work_id), Work)
        if work is None:
            return missing(self.subjects(sources), replay)
        if work.registrant != self.registrant:
            who = write_address(work.registrant)
            fault = Phrase(
                f"由记录推得的存证者是另一账户：{who}。", f"The records say that {who} deposited it."
            )
            return Judgement(Outcome.CONTRADICTED, fault)
        since = _deposited_at(replay, sources, work)
        if since > self.no_later_than:
            fault = Phrase(
                f"记录的存证时间是 {write_time(since)}，晚于所称时间。",
                f"It was deposited at {write_time(since)}, later than claimed.",
            )
            return Judgement(Outcome.CONTRADICTED, fault)
        return Judgement(Outcome.FOLLOWS, _DEPOSITED, _work_facts(work, since), work.withdrawn)

    def issuer(self, replay: Replay, sources: Sources) -> Address | None:
        """Give the account that deposited the work."""
        work = replay.state(sources.work(self.work_id), Work)
        return work.registrant if work else None

    def to_json(self) -> dict[str, str]:
        """Write work, registrant and time."""
        return {
            "workId": as_hex(self.work_id),
            "registrant": write_address(self.registrant),
            "noLaterThan": str(self.no_later_than),
        }


def read_claim(node: Node) -> Claim:
    """Take a claim of a known kind.

    Raises:
        BundleError: an unknown kind, or a field of another form.
    """
    kind = node.entries(32).get("kind")
    if kind is None:
        raise node.fail("missing: kind")
    return _READERS[kind.one_of(tuple(_READERS))](node)


def write_claim(claim: Claim) -> dict[str, Any]:
    """Write a claim with its kind."""
    return {"kind": claim.KIND, **claim.to_json()}


def _read_holding(node: Node) -> Claim:
    fields = node.fields(("kind", "tokenId", "holder", "workId"))
    return Holding(fields["tokenId"].uint(UINT256_MAX), fields["holder"].address(), fields["workId"].hash())


def _read_deposit(node: Node) -> Claim:
    fields = node.fields(("kind", "workId", "registrant", "noLaterThan"))
    return Deposit(
        fields["workId"].hash(), fields["registrant"].address(), fields["noLaterThan"].uint(_MOST_TIME)
    )


_READERS: Mapping[str, Callable[[Node], Claim]] = MappingProxyType(
    {Holding.KIND: _read_holding, Deposit.KIND: _read_deposit, **RIGHTS_READERS}
)

_HELD = Phrase(
    "由完整记录推得：该账户持有此藏品。",
    "The complete records lead to this account holding this collectible.",
)
_DEPOSITED = Phrase(
    "由完整记录推得：该账户不晚于所称时间存证此作品。时间由签封区块者陈述。",
    "The complete records lead to this account having deposited the work no later than claimed. The time is what "
    "the sealers of the block stated.",
)


_OTHER_ISSUER = Phrase(
    "发行方账户不是作品的存证账户；所附记录中看不出前者由后者更换而来。",
    "Its issuer is another account than deposited the work; the records given do not show that it stands for that one.",
)


def _stands_for(replay: Replay, account: Address, original: Address) -> bool:
    """Whether the carried records lead from the original account to this one, as `IdentityRegistry.current` does."""
    replaced = {act.account: act.replacement for _, act in replay.of(AccountReplaced)}
    while original != account:
        if original not in replaced:
            return False
        original = replaced.pop(original)
    return True


def _opened(replay: Replay, token_id: int) -> EditionOpened | None:
    edition, _ = edition_of(token_id)
    return next((act for _, act in replay.of(EditionOpened) if act.edition_id == edition), None)


def _deposited_at(replay: Replay, sources: Sources, work: Work) -> int:
    anchored = replay.state(sources.anchor(work.anchor_id), Anchor)
    if work.anchor_id != ZERO_HASH and anchored is not None:
        for record, act in replay.of(Anchored):
            if act.anchor_id == work.anchor_id:
                return record.block_time
    return work.registered_at


def _token_facts(token: Token, opened: EditionOpened) -> tuple[Fact, ...]:
    return (
        Fact(Phrase("版次", "edition"), str(opened.number)),
        Fact(Phrase("编号", "number"), str(token.serial)),
        Fact(Phrase("上限（开版时）", "cap when opened"), str(opened.cap)),
        Fact(Phrase("持有人", "holder"), write_address(token.holder)),
        Fact(Phrase("自何时持有", "held since"), write_time(token.acquired_at)),
        Fact(Phrase("规则版本", "policy version"), str(token.policy_version)),
        Fact(
            Phrase("限制转赠至", "gift restricted until"),
            write_time(token.held_until) if token.held_until else "–",
        ),
        Fact(Phrase("发行方账户", "account of the issuer"), write_address(token.issuer)),
    )


def _work_facts(work: Work, since: int) -> tuple[Fact, ...]:
    return (
        Fact(Phrase("存证者账户", "account of the registrant"), write_address(work.registrant)),
        Fact(Phrase("不晚于", "no later than"), write_time(since)),
        Fact(Phrase("文件 SHA-256", "SHA-256 of the file"), as_hex(work.file_digest)),
        Fact(Phrase("修订次数", "amendments"), str(work.amendments)),
        Fact(Phrase("此前同一文件的存证数", "earlier deposits of the same file"), str(work.claims_before)),
    )
