"""What a bundle can claim about rights: whose an estate is, and that a grant is in force. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from indexer.china import china_day
from indexer.events import Sources
from indexer.evidence.judgement import Fact, Judgement, Outcome, missing
from indexer.evidence.phrase import Phrase
from indexer.evidence.replay import Replay
from indexer.evidence.strict import Node
from indexer.rights.acts import Attested, EstateClaimed, GrantKind
from indexer.rights.scope import Scope
from indexer.rights.state import MOST_OWNERS, Attestation, Estate, EstateStatus, Grant
from indexer.rights.text import write, write_day, write_days
from indexer.state import Work
from indexer.values import ZERO_HASH, Address, Hash32, as_hex
from indexer.wire import UINT256_MAX, write_address, write_time

DEEPEST = 8
"""How many ancestors a sub-licence has, at most (Grants)."""
_MOST_DAY = (1 << 32) - 1
_MOST_PART = (1 << 32) - 1
_WHOLE, _GRANT = "whole", "grant"


@dataclass(frozen=True, slots=True)
class Title:
    """An estate is these owners', in these parts of their sum."""

    KIND: ClassVar[str] = "title"
    estate_id: int
    work_id: Hash32
    owners: tuple[Address, ...]
    parts: tuple[int, ...]

    def subjects(self, sources: Sources) -> tuple[Hash32, ...]:
        """List the estate, the rights of the work, and the work."""
        return sources.estate(self.estate_id), sources.rights_of(self.work_id), sources.work(self.work_id)

    def judge(self, replay: Replay, sources: Sources) -> Judgement:
        """Say whether the estate stands, was claimed by the work's registrant, and is theirs."""
        estate = replay.state(sources.estate(self.estate_id), Estate)
        work = replay.state(sources.work(self.work_id), Work)
        if estate is None or work is None:
            return missing(self.subjects(sources), replay)
        if fault := self._fault(estate) or _strange_claim(replay, sources, work):
            return Judgement(Outcome.CONTRADICTED, fault)
        return Judgement(Outcome.FOLLOWS, _OWNED, _estate_facts(replay, estate), work.withdrawn)

    def issuer(self, replay: Replay, sources: Sources) -> Address | None:
        """Give the account that deposited the work, and claimed its rights."""
        work = replay.state(sources.work(self.work_id), Work)
        return work.registrant if work else None

    def to_json(self) -> dict[str, Any]:
        """Write estate, work, owners and parts."""
        return {
            "estateId": str(self.estate_id),
            "workId": as_hex(self.work_id),
            "owners": [write_address(one) for one in self.owners],
            "parts": [str(part) for part in self.parts],
        }

    def _fault(self, estate: Estate) -> Phrase | None:
        if estate.status is not EstateStatus.LIVE:
            return Phrase(
                "该权利项已分割或合并，由其后的权利项延续。",
                "The estate was divided or merged; others continue it.",
            )
        if estate.work_id != self.work_id:
            return Phrase("该权利项属于另一作品。", "The estate is of another work.")
        if (estate.owners, estate.parts) != (self.owners, self.parts):
            who = _shares(estate)
            return Phrase(f"由记录推得的权利人是：{who}。", f"The records say that its owners are {who}.")
        return None


@dataclass(frozen=True, slots=True)
class InForce:
    """A grant is in force on a day, with all that it is a sub-licence of.

    Attributes:
        licensee: whose it is.
        on: the day, in UTC+8, counted from 1970-01-01.
        ancestors: the grants it is a sub-licence of, the nearest first.
        whole: whether the rights of the work are carried too; else the grants alone are disclosed.
    """

    KIND: ClassVar[str] = "grant"
    grant_id: Hash32
    work_id: Hash32
    licensee: Address
    on: int
    ancestors: tuple[Hash32, ...] = ()
    whole: bool = True

    def subjects(self, sources: Sources) -> tuple[Hash32, ...]:
        """List the grant, its ancestors, the work, and the rights of the work where all is disclosed."""
        grants = (sources.grant(one) for one in (self.grant_id, *self.ancestors))
        rights = (sources.rights_of(self.work_id),) if self.whole else ()
        return (*grants, sources.work(self.work_id), *rights)

    def judge(self, replay: Replay, sources: Sources) -> Judgement:
        """Say whether the grant is that account's, of that work, and in force on that day with its ancestors."""
        names = (self.grant_id, *self.ancestors)
        chain = [replay.state(sources.grant(one), Grant) for one in names]
        work = replay.state(sources.work(self.work_id), Work)
        found = [one for one in chain if one is not None]
        if work is None or len(found) != len(chain):
            return missing(self.subjects(sources), replay)
        if fault := self._fault(found):
            return Judgement(Outcome.CONTRADICTED, fault)
        if not self.whole:
            return Judgement(Outcome.FOLLOWS, _IN_FORCE_ALONE, tuple(_grant_facts(found)), work.withdrawn)
        if fault := _strange_claim(replay, sources, work):
            return Judgement(Outcome.CONTRADICTED, fault)
        facts = (*_grant_facts(found), *self._beside(replay, found[0]), *_attested(replay))
        return Judgement(Outcome.FOLLOWS, _IN_FORCE, facts, work.withdrawn)

    def issuer(self, replay: Replay, sources: Sources) -> Address | None:
        """Give the account that deposited the work."""
        work = replay.state(sources.work(self.work_id), Work)
        return work.registrant if work else None

    def to_json(self) -> dict[str, Any]:
        """Write grant, work, licensee, day, ancestors, and how much is disclosed."""
        return {
            "grantId": as_hex(self.grant_id),
            "workId": as_hex(self.work_id),
            "licensee": write_address(self.licensee),
            "on": str(self.on),
            "ancestors": [as_hex(one) for one in self.ancestors],
            "disclosed": _WHOLE if self.whole else _GRANT,
        }

    def _fault(self, chain: list[Grant]) -> Phrase | None:
        grant = chain[0]
        if grant.licensee != self.licensee or grant.work_id != self.work_id:
            return Phrase("该许可属于另一账户或另一作品。", "The grant is another's, or of another work.")
        if [one.parent_id for one in chain] != [*self.ancestors, ZERO_HASH]:
            return Phrase("所附的上级许可不全，或不相衔接。", "The grants it is a sub-licence of are others.")
        over = next((one for one in chain if not in_force(one, self.on)), None)
        if over is not None:
            day, (zh, en) = write_day(self.on), _term(over)
            return Phrase(
                f"{day} 该许可或其上级许可不在有效期内（有效期：{zh}）。",
                f"On {day} it, or what it is a sub-licence of, is not in force (in force: {en}).",
            )
        return None

    def _beside(self, replay: Replay, grant: Grant) -> Iterator[Fact]:
        """Say how many other grants of the same grantor overlap it, where one of the two shuts the other out."""
        others = [
            one
            for one in replay.states.values()
            if isinstance(one, Grant)
            and one.grant_id != grant.grant_id
            and (one.work_id, one.parent_id) == (grant.work_id, grant.parent_id)
            and one.kind.clashes_with(grant.kind)
            and one.scope.overlaps(grant.scope.onwards(self.on))
        ]
        yield Fact(
            Phrase("与之冲突的其他许可", "other grants that clash with it"),
            ", ".join(as_hex(one.grant_id) for one in others) or "0",
        )


def begins(grant: Grant) -> int:
    """Give the first day of a grant by itself: not before its recording, unless it is older than the claim."""
    return grant.scope.from_ if grant.signed_on else max(grant.scope.from_, china_day(grant.granted_at))


def in_force(grant: Grant, day: int) -> bool:
    """Whether a grant by itself is in force on a day."""
    return begins(grant) <= day < grant.scope.until


def _term(grant: Grant) -> tuple[str, str]:
    """Write from when until when it is in force, in Chinese and English."""
    first, until = begins(grant), grant.scope.until
    return (write_days(first, until), write_days(first, until, "en")) if first < until else ("无", "never")


def read_title(node: Node) -> Title:
    """Take a claim to an estate.

    Raises:
        BundleError: a field of another form.
    """
    fields = node.fields(("kind", "estateId", "workId", "owners", "parts"))
    owners = tuple(one.address() for one in fields["owners"].members(MOST_OWNERS))
    parts = tuple(one.uint(_MOST_PART) for one in fields["parts"].members(MOST_OWNERS))
    if not owners or len(owners) != len(parts):
        raise fields["parts"].fail("expected as many as owners, and one at least")
    return Title(fields["estateId"].uint(UINT256_MAX), fields["workId"].hash(), owners, parts)


def read_in_force(node: Node) -> InForce:
    """Take a claim that a grant is in force.

    Raises:
        BundleError: a field of another form.
    """
    fields = node.fields(("kind", "grantId", "workId", "licensee", "on", "ancestors", "disclosed"))
    ancestors = tuple(one.hash() for one in fields["ancestors"].members(DEEPEST))
    grant = fields["grantId"].hash()
    if len({grant, *ancestors}) != 1 + len(ancestors):
        raise fields["ancestors"].fail("a grant is there twice")
    return InForce(
        grant,
        fields["workId"].hash(),
        fields["licensee"].address(),
        fields["on"].uint(_MOST_DAY),
        ancestors,
        fields["disclosed"].one_of((_WHOLE, _GRANT)) == _WHOLE,
    )


RIGHTS_READERS: Mapping[str, Callable[[Node], Title | InForce]] = MappingProxyType(
    {Title.KIND: read_title, InForce.KIND: read_in_force}
)

_OWNED = Phrase(
    "由作品权利的完整记录推得：该权利项属于所称权利人。",
    "The complete records of the rights of the work lead to these owners of the estate.",
)
_IN_FORCE = Phrase(
    "由作品权利的完整记录推得：该许可在所称日期有效。",
    "The complete records of the rights of the work lead to this grant being in force on that day.",
)
_IN_FORCE_ALONE = Phrase(
    "由该许可的完整记录推得：它在所称日期有效。所附记录不说明授予人当时是否为权利人，也不说明有无与之冲突的许可。",
    "The complete records of the grant lead to its being in force on that day. They do not show whether who granted it "
    "was the owner then, nor whether another grant clashes with it.",
)


def _strange_claim(replay: Replay, sources: Sources, work: Work) -> Phrase | None:
    """Say so if the rights were claimed by somebody else than deposited the work."""
    registrant = sources.party(work.registrant)
    for record, act in replay.of(EstateClaimed):
        if act.work_id == work.work_id and registrant not in record.subjects[2:3]:
            return Phrase(
                "主张权利者不是作品的存证者。", "The rights were claimed by another than deposited the work."
            )
    return None


def _shares(estate: Estate) -> str:
    whole = sum(estate.parts)
    pairs = zip(estate.owners, estate.parts, strict=True)
    return ", ".join(f"{write_address(owner)} {part}/{whole}" for owner, part in pairs)


def _written(scope: Scope) -> str:
    return f"{write(scope)} / {write(scope, 'en')}" if not scope.is_empty() else "–"


def _estate_facts(replay: Replay, estate: Estate) -> tuple[Fact, ...]:
    grants = [
        one
        for one in replay.states.values()
        if isinstance(one, Grant) and one.parent_id == ZERO_HASH and one.scope.overlaps(estate.scope)
    ]
    return (
        Fact(Phrase("范围", "scope"), _written(estate.scope)),
        Fact(Phrase("权利人与份额", "owners and parts"), _shares(estate)),
        Fact(
            Phrase("与之重叠的许可（含已到期的）", "grants that overlap it, past ones too"), str(len(grants))
        ),
        Fact(Phrase("限制处分至", "held until"), write_time(estate.held_until) if estate.held_until else "–"),
        *_attested(replay),
    )


def _grant_facts(chain: list[Grant]) -> Iterator[Fact]:
    grant = chain[0]
    yield Fact(Phrase("许可方式", "kind"), _KINDS[grant.kind])
    yield Fact(Phrase("范围", "scope"), _written(grant.scope))
    yield Fact(Phrase("被许可人账户", "account of the licensee"), write_address(grant.licensee))
    yield Fact(Phrase("记录时间", "recorded at"), write_time(grant.granted_at))
    yield Fact(Phrase("合同 SHA-256", "SHA-256 of the agreement"), as_hex(grant.agreement))
    yield Fact(Phrase("可否转授权", "may be sub-licensed"), "可 / yes" if grant.sublicensable else "否 / no")
    yield Fact(Phrase("上级许可数", "grants above it"), str(len(chain) - 1))
    yield Fact(Phrase("登记时已知的冲突数", "clashes recorded with it"), str(grant.conflicts))


_KINDS = {
    GrantKind.NONE: "–",
    GrantKind.EXCLUSIVE: "专有 / exclusive",
    GrantKind.SOLE: "排他 / sole",
    GrantKind.NON_EXCLUSIVE: "普通 / non-exclusive",
}


def _attested(replay: Replay) -> Iterator[Fact]:
    """Name every consent that was attested, not signed: who says so, and whether the party confirmed it since."""
    confirmed = {
        (one.intent, one.party): one.confirmed
        for one in replay.states.values()
        if isinstance(one, Attestation)
    }
    for _, act in replay.of(Attested):
        later = (
            "已由本人确认 / confirmed since"
            if confirmed.get((act.intent, act.party))
            else "未确认 / not confirmed"
        )
        hands = f"{write_address(act.attester)}, {write_address(act.confirmer)}"
        yield Fact(
            Phrase("依纸质文件见证的同意（非本人签名）", "consent attested on paper, not signed"),
            f"{write_address(act.party)}: {hands}; {later}",
        )
