"""Ledgers made for tests: acts that follow from one another, their records, and the blocks they are in."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from functools import cache

from eth_abi.abi import encode as abi_encode
from eth_account import Account as EthAccount

from indexer import events as acts
from indexer import state as states
from indexer.before import Before
from indexer.chaining import assemble
from indexer.follow import Header
from indexer.head import first_head
from indexer.keccak import keccak256
from indexer.node import Log
from indexer.record import RECORDED_TOPIC, Record
from indexer.span import LedgerBlock, Span
from indexer.state import State
from indexer.store import Followed
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address

GENESIS = keccak256(b"genesis of a test")
BASE_NUMBER = 6
BASE_TIME = 1_760_030_000
"""In the evening of 9 October 2025 in UTC, on the 10th in UTC+8."""


def account(number: int) -> Address:
    return Address(keccak256(b"account %d" % number)[12:])


def word(*parts: object) -> Hash32:
    return keccak256(repr(parts).encode())


def source_key(name: str) -> Hash32:
    return keccak256(f"key of the tests: {name}".encode())


def _source(name: str) -> Address:
    """The sources are accounts, so that a real ledger takes whatever a test wants it to record."""
    return address(EthAccount.from_key(source_key(name)).address)


DEPLOYER = keccak256(b"key of the tests: deployer")
_DEPLOYER_ADDRESS = address(EthAccount.from_key(DEPLOYER).address)
SOURCES = acts.Sources(
    Address(keccak256(b"\xd6\x94" + _DEPLOYER_ADDRESS + b"\x80")[12:]),  # what its first transaction creates
    *map(_source, acts.Sources.__slots__[1:]),
)
FOLLOWED = Followed(77, GENESIS, SOURCES)
POLICY = acts.Policy(
    first_holding=86_400,
    next_holding=3_600,
    gifts_per_day=3,
    acceptance=False,
    receivers=0b1110,
    work_kinds=0b11110,
    longest_loan=86_400,
)


@cache
def block_hash(number: int, branch: str) -> Hash32:
    return keccak256(f"block {number} {branch}".encode())


@dataclass
class History:
    """A ledger that grows by acts; every block is closed by `close`.

    `branch` names the blocks made from now on, so that a copy can fork.
    """

    branch: str = "main"
    held: dict[Hash32, State] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    blocks: list[tuple[Header, tuple[Record, ...]]] = field(default_factory=list)
    pending: list[Record] = field(default_factory=list)
    time: int = BASE_TIME
    changed: dict[Hash32, State] = field(default_factory=dict)
    """By the last act."""

    @property
    def base(self) -> LedgerBlock:
        ledger_head = first_head(FOLLOWED.chain_id, SOURCES.ledger, self.base_header.hash)
        return LedgerBlock(
            BASE_NUMBER, self.base_header.hash, self.base_header.parent_hash, BASE_TIME, 0, ledger_head
        )

    @property
    def base_header(self) -> Header:
        return Header(
            BASE_NUMBER, block_hash(BASE_NUMBER, "base"), block_hash(BASE_NUMBER - 1, "base"), BASE_TIME
        )

    @property
    def tip(self) -> Header:
        return self.blocks[-1][0] if self.blocks else self.base_header

    def copy(self, branch: str) -> History:
        return replace(
            self,
            branch=branch,
            held=dict(self.held),
            records=list(self.records),
            blocks=list(self.blocks),
            pending=list(self.pending),
        )

    def record(self, act: acts.Act, *subjects: Hash32) -> Record:
        """Record an act that follows; the first subject is the one whose state it changes."""
        record = Record(
            seq=len(self.records),
            source=SOURCES.of(act),
            act=acts.SELECTORS[type(act)],
            data=acts.encode(act),
            state_after=ZERO_HASH,
            subjects=subjects,
            block_number=self.tip.number + 1,
            block_time=self.time,
        )
        changed = states.STEPS[type(act)](Before(self.held, record, SOURCES), act)
        self.changed = dict(changed)
        self.held |= self.changed
        return self.raw(replace(record, state_after=changed[subjects[0]].digest()))

    def raw(self, record: Record) -> Record:
        """Record whatever the contracts might have recorded; nothing is replayed."""
        self.records.append(record)
        self.pending.append(record)
        return record

    def close(self, seconds: int = 5) -> Header:
        """End the block; the next one is `seconds` later."""
        header = Header(
            self.tip.number + 1, block_hash(self.tip.number + 1, self.branch), self.tip.hash, self.time
        )
        self.blocks.append((header, tuple(self.pending)))
        self.pending.clear()
        self.time += seconds
        return header

    # acts that follow

    def institution(self, number: int = 1) -> Address:
        who = account(number)
        act = acts.AccountRegistered(
            account=who,
            kind=acts.Kind.INSTITUTION,
            custody=acts.Custody.OWN,
            commitment=word("commitment", number),
            method=word("test"),
            verifier=word("verifier"),
            verified_at=BASE_TIME,
            code_hash=ZERO_HASH,
        )
        self.record(act, SOURCES.account(who))
        return who

    def person(self, number: int) -> Address:
        who = account(number)
        act = acts.AccountRegistered(
            account=who,
            kind=acts.Kind.PERSON,
            custody=acts.Custody.KEPT,
            commitment=word("commitment", number),
            method=word("test"),
            verifier=word("verifier"),
            verified_at=BASE_TIME,
            code_hash=ZERO_HASH,
        )
        self.record(act, SOURCES.account(who))
        return who

    def work(
        self, registrant: Address, number: int, kind: acts.WorkKind = acts.WorkKind.CAPTURE_RECORD
    ) -> Hash32:
        file, manifest = word("file", number), word("manifest", number)
        name = acts.work_id(registrant, file, manifest)
        act = acts.WorkRegistered(name, registrant, kind, file, manifest, 0, ZERO_HASH)
        self.record(act, SOURCES.work(name), SOURCES.party(registrant))
        return name

    def amend(self, work: Hash32, number: int) -> None:
        registrant = self._state(SOURCES.work(work), states.Work).registrant
        act = acts.WorkAmended(work, word("amended", work, number), "错字 / a slip")
        self.record(act, SOURCES.work(work), SOURCES.party(registrant))

    def collection(self, issuer: Address, number: int = 1) -> Hash32:
        operation = word("operation", number)
        name = acts.collection_id(issuer, operation)
        act = acts.CollectionCreated(name, issuer, operation, word("metadata", number), POLICY)
        self.record(act, SOURCES.collection(name), SOURCES.party(issuer))
        return name

    def policy(self, collection: Hash32, **changes: int) -> None:
        state = self._state(SOURCES.collection(collection), states.Collection)
        act = acts.PolicySet(collection, state.policy_version + 1, replace(POLICY, **changes))
        self.record(act, SOURCES.collection(collection), SOURCES.party(state.issuer))

    def edition(self, collection: Hash32, work: Hash32, number: int = 1, cap: int = 1_000) -> int:
        issuer = self._state(SOURCES.collection(collection), states.Collection).issuer
        name = acts.edition_id(collection, work, number)
        act = acts.EditionOpened(name, collection, work, number, cap)
        self.record(
            act,
            SOURCES.edition(name),
            SOURCES.collection(collection),
            SOURCES.work(work),
            SOURCES.party(issuer),
        )
        return name

    def mint(self, edition: int, serial: int) -> int:
        of = self._state(SOURCES.edition(edition), states.Edition)
        collection = self._state(SOURCES.collection(of.collection_id), states.Collection)
        name = acts.token_id(edition, serial)
        act = acts.Minted(
            token_id=name,
            issuer=collection.issuer,
            collection_id=of.collection_id,
            work_id=of.work_id,
            serial=serial,
            policy_version=collection.policy_version,
            policy_digest=collection.policies[-1].digest(),
        )
        self.record(act, SOURCES.token(name), SOURCES.edition(edition), SOURCES.party(collection.issuer))
        return name

    def distribute(self, token: int, to: Address) -> None:
        state = self._state(SOURCES.token(token), states.Token)
        act = acts.Distributed(token, state.holder, to, state.policy_version, state.policy_digest)
        self.record(act, SOURCES.token(token), SOURCES.party(state.holder), SOURCES.party(to))

    def gift(self, token: int, to: Address) -> Hash32:
        state = self._state(SOURCES.token(token), states.Token)
        intent = word("intent", token, state.gifts)
        act = acts.Gifted(
            token_id=token,
            from_=state.holder,
            to=to,
            intent=intent,
            acceptance=word("acceptance", token, state.gifts),
            hand=acts.Hand.KEPT_KEY,
            policy_version=state.policy_version,
            policy_digest=state.policy_digest,
        )
        self.record(act, SOURCES.token(token), SOURCES.party(state.holder), SOURCES.party(to))
        return intent

    def pass_on(self, token: int, to: Address) -> None:
        """Hand it out, or give it if it was handed out before."""
        handed_out = self._state(SOURCES.token(token), states.Token).distributed
        (self.gift if handed_out else self.distribute)(token, to)

    def hold(self, token: int, until: int = (1 << 64) - 1) -> None:
        order = word("order", token, len(self.records))
        filed = acts.OrderFiled(
            order_id=order,
            filed_by=account(801),
            authority="某某法院",
            order_hash=word("document", token),
            reason_code=word("reason"),
            measure=acts.Measure.HOLD,
            target=SOURCES.token(token),
            to=ZERO_ADDRESS,
            occurred_at=BASE_TIME,
            effect_until=until,
            expires=(1 << 64) - 1,
            corrects=ZERO_HASH,
        )
        self.record(filed, SOURCES.order(order))
        self.record(acts.OrderExecuted(order, account(802)), SOURCES.order(order))
        self.record(acts.HoldPlaced(token, order, until), SOURCES.token(token), SOURCES.order(order))

    def annul(self, token: int) -> None:
        holder = self._state(SOURCES.token(token), states.Token).holder
        act = acts.Annulled(token, ZERO_HASH, "印错 / misprinted")
        self.record(act, SOURCES.token(token), SOURCES.party(holder))

    def replace_account(self, old: Address, new: Address) -> None:
        act = acts.AccountReplaced(old, new, acts.Cause.HAND_OVER, account(803))
        self.record(act, SOURCES.account(old), SOURCES.account(new))

    def suspend(self, who: Address, until: int = (1 << 64) - 1) -> None:
        self.record(acts.AccountSuspended(who, word("order"), until), SOURCES.account(who))

    def unknown(self, *subjects: Hash32) -> Record:
        """Record an act of a later version of the contracts."""
        return self.raw(
            Record(
                seq=len(self.records),
                source=SOURCES.collectible,
                act=word("an act of the future"),
                data=b"\1" * 64,
                state_after=word("whatever"),
                subjects=subjects,
                block_number=self.tip.number + 1,
                block_time=self.time,
            )
        )

    def _state(self, subject: Hash32, kind: type[states.S]) -> states.S:
        found = self.held[subject]
        assert isinstance(found, kind)
        return found


def log_of(record: Record, index: int, block: Hash32) -> Log:
    """Write a record as the log that the ledger emits."""
    body = abi_encode(
        ["bytes32", "bytes32[]", "bytes"], [record.state_after, list(record.subjects), record.data]
    )
    source = Hash32(record.source.rjust(32, b"\0"))
    topics = (RECORDED_TOPIC, Hash32(record.seq.to_bytes(32, "big")), source, record.act)
    return Log(record.block_number, block, word("transaction", record.seq // 3), index, topics, body)


def span_of(start: LedgerBlock, blocks: list[tuple[Header, tuple[Record, ...]]]) -> Span:
    """Make the span that these blocks are, as the indexer reads it."""
    logs = [
        log_of(record, index, header.hash)
        for header, records in blocks
        for index, record in enumerate(records)
    ]
    return assemble(start, [header for header, _ in blocks], logs)


def grow(history: History, steps: int, seed: int) -> None:
    """Let a small world act at random: works, editions, tokens, gifts, holds, strikes, replaced accounts."""
    dice = random.Random(seed)
    issuers = [who for who in (account(1), account(2)) if SOURCES.account(who) in history.held]
    if not issuers:
        issuers = [history.institution(1), history.institution(2)]
        for number in range(10, 16):
            history.person(number)
        history.close()
    for _ in range(steps):
        _act(history, dice, issuers)
        if dice.random() < 0.4:
            history.close(dice.choice((0, 1, 86_400)))
    if history.pending:
        history.close()


def _act(history: History, dice: random.Random, issuers: list[Address]) -> None:
    """Do one thing that can be done now, gifts more often than new collections."""
    number = len(history.records)
    some = {kind: [state for state in history.held.values() if isinstance(state, kind)] for kind in _KINDS}
    live = [one for one in some[states.Token] if one.status is states.TokenStatus.LIVE and not one.held_until]
    possible = [
        (3, issuers, lambda issuer: history.collection(issuer, number)),
        (16, issuers, lambda issuer: history.work(issuer, number, dice.choice(list(acts.WorkKind)[1:]))),
        (5, some[states.Work], lambda work: history.amend(work.work_id, number)),
        (
            3,
            some[states.Collection],
            lambda found: history.policy(found.collection_id, gifts_per_day=dice.randint(1, 9)),
        ),
        (
            10 if some[states.Work] else 0,
            some[states.Collection],
            lambda found: history.edition(
                found.collection_id, dice.choice(some[states.Work]).work_id, number
            ),
        ),
        (22, some[states.Edition], lambda edition: history.mint(edition.edition_id, number + 1)),
        (
            30,
            live,
            lambda token: history.pass_on(token.token_id, dice.choice(sorted(_PERSONS - {token.holder}))),
        ),
        (4, live, lambda token: history.hold(token.token_id, dice.choice(_UNTILS))),
        (4, live, lambda token: history.annul(token.token_id)),
    ]
    choices = [(weight, of, do) for weight, of, do in possible if of and weight]
    [(_, of, do)] = dice.choices(choices, [weight for weight, _, _ in choices])
    do(dice.choice(of))


_KINDS = (states.Token, states.Work, states.Collection, states.Edition)
_PERSONS = {account(number) for number in range(10, 16)}
_UNTILS = ((1 << 64) - 1, 1 << 63, BASE_TIME + 9)
