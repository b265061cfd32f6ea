"""What the records add up to: the state of every subject, and one step of the replay. Pure.

Rows, certificate and verdict all come from `step`. A step checks what it can: that the act comes from the contract that
alone records it, that it is about the subject named first, that it fits the state before, and that the state after has
the hash the contract recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, TypeAlias

from indexer import events as acts
from indexer.before import Before, StepRefused
from indexer.events import Act, Custody, Kind, Measure, Policy, Role, Sources, WorkKind, edition_of
from indexer.keccak import keccak256
from indexer.packing import pattern
from indexer.record import Record
from indexer.rights.state import RIGHTS_STEPS, Attestation, ConsentTakenBack, Estate, Grant, WorkRights
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from indexer.words import words


class TokenStatus(IntEnum):
    """Whether a token stands (ICollectible)."""

    NONE = 0
    LIVE = 1
    ANNULLED = 2


class OrderStatus(IntEnum):
    """How far an order got (IOrders)."""

    NONE = 0
    FILED = 1
    EXECUTED = 2
    WITHDRAWN = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A collectible: who holds it, since when, under which policy. Times in Unix seconds."""

    token_id: int
    status: TokenStatus
    holder: Address
    user: Address
    user_until: int
    hold_order: Hash32
    held_until: int
    acquired_at: int
    gifts: int
    distributed: bool
    policy_version: int
    policy_digest: Hash32
    issuer: Address
    collection_id: Hash32
    work_id: Hash32

    @property
    def edition_id(self) -> int:
        """The edition it belongs to."""
        return edition_of(self.token_id)[0]

    @property
    def serial(self) -> int:
        """Its number in the edition, from 1."""
        return edition_of(self.token_id)[1]

    def held_at(self, at: int) -> bool:
        """Whether a hold restricts it at the time `at`."""
        return self.held_until > at

    def digest(self) -> Hash32:
        """Hash as the contract does: token id and the fields of `ICollectible.Token`."""
        return keccak256(
            _TOKEN_WORDS(
                self.token_id.to_bytes(32, "big"),
                self.status,
                self.holder,
                self.user,
                self.user_until,
                self.hold_order,
                self.held_until,
                self.acquired_at,
                self.gifts,
                self.distributed,
                self.policy_version,
                self.policy_digest,
            )
        )


@dataclass(frozen=True, slots=True)
class Work:
    """A claim to a work, with its present reading."""

    work_id: Hash32
    registrant: Address
    kind: WorkKind
    file_digest: Hash32
    manifest_digest: Hash32
    amendments: int
    withdrawn: bool
    registered_at: int
    claims_before: int
    anchor_id: Hash32

    def digest(self) -> Hash32:
        """Hash as the contract does: work id and the fields of `IWorkRegistry.Work`."""
        return keccak256(
            _WORK_WORDS(
                self.work_id,
                self.registrant,
                self.kind,
                self.file_digest,
                self.manifest_digest,
                self.amendments,
                self.withdrawn,
            )
        )


@dataclass(frozen=True, slots=True)
class Anchor:
    """Many files deposited under one root."""

    anchor_id: Hash32
    depositor: Address
    root: Hash32
    count: int

    def digest(self) -> Hash32:
        """Hash as the contract does."""
        return keccak256(words(self.anchor_id, self.depositor, self.root, self.count))


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection; `policies[n - 1]` is version n of its policy."""

    collection_id: Hash32
    issuer: Address
    metadata_digest: Hash32
    amendments: int
    policies: tuple[Policy, ...]

    @property
    def policy_version(self) -> int:
        """The version in force."""
        return len(self.policies)

    def digest(self) -> Hash32:
        """Hash as the contract does: collection id and the fields of `ICollections.Collection`."""
        return keccak256(
            words(
                self.collection_id,
                self.issuer,
                self.metadata_digest,
                self.amendments,
                self.policy_version,
                self.policies[-1].digest(),
            )
        )


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition of one work in one collection."""

    edition_id: int
    collection_id: Hash32
    work_id: Hash32
    number: int
    cap: int

    def digest(self) -> Hash32:
        """Hash as the contract does: edition id and the fields of `ICollections.Edition`."""
        name = self.edition_id.to_bytes(32, "big")
        return keccak256(_EDITION_WORDS(name, self.collection_id, self.work_id, self.number, self.cap))


@dataclass(frozen=True, slots=True)
class Standing:
    """An account: whether it may take part, and who stands for it."""

    account: Address
    kind: Kind
    custody: Custody
    commitment: Hash32
    code_hash: Hash32
    suspended_until: int
    suspension_order: Hash32
    replaced_by: Address
    replacement: Address
    recovery_from: int
    method: Hash32
    verifier: Hash32
    verified_at: int

    def may_act(self, at: int) -> bool:
        """Whether it may give and receive at the time `at` (the code hash of a contract account is not looked at)."""
        return self.replaced_by == ZERO_ADDRESS and self.suspended_until <= at

    def digest(self) -> Hash32:
        """Hash as the contract does: account and the fields of `IIdentityRegistry.Standing`."""
        return keccak256(
            words(
                self.account,
                self.kind,
                self.custody,
                self.commitment,
                self.code_hash,
                self.suspended_until,
                self.suspension_order,
                self.replaced_by,
                self.replacement,
                self.recovery_from,
            )
        )


@dataclass(frozen=True, slots=True)
class Order:
    """A legal basis."""

    order_id: Hash32
    status: OrderStatus
    filed_by: Address
    executed_by: Address
    authority: str
    order_hash: Hash32
    reason_code: Hash32
    measure: Measure
    target: Hash32
    to: Address
    occurred_at: int
    effect_until: int
    expires: int
    corrects: Hash32

    def digest(self) -> Hash32:
        """Hash as the contract does."""
        return keccak256(
            words(
                self.order_id,
                self.status,
                self.measure,
                self.target,
                self.to,
                self.effect_until,
                self.expires,
                self.corrects,
            )
        )


@dataclass(frozen=True, slots=True)
class Seat:
    """One account in one role."""

    role: Role
    account: Address
    holds: bool
    proposed_by: Address
    effective_at: int
    confirmed: bool

    def digest(self) -> Hash32:
        """Hash as the contract does."""
        return keccak256(
            words(
                self.role,
                self.account,
                int(self.holds),
                self.proposed_by,
                self.effective_at,
                int(self.confirmed),
            )
        )


@dataclass(frozen=True, slots=True)
class CancelledNonce:
    """A nonce that an account took back."""

    account: Address
    nonce: int

    def digest(self) -> Hash32:
        """Hash as the contract does."""
        return keccak256(words(self.account, self.nonce, 1))


@dataclass(frozen=True, slots=True)
class LedgerMark:
    """The last checkpoint."""

    count: int

    def digest(self) -> Hash32:
        """Hash as the contract does."""
        return keccak256(words(self.count))


State: TypeAlias = (
    Token
    | Work
    | Anchor
    | Collection
    | Edition
    | Standing
    | Order
    | Seat
    | CancelledNonce
    | LedgerMark
    | Estate
    | WorkRights
    | Grant
    | Attestation
    | ConsentTakenBack
)

_TOKEN_WORDS = pattern(
    *("uint256", "uint8", "address", "address", "uint64", "bytes32"),
    *("uint64", "uint64", "uint32", "bool", "uint32", "bytes32"),
).pack
_WORK_WORDS = pattern("bytes32", "address", "uint8", "bytes32", "bytes32", "uint32", "bool").pack
_EDITION_WORDS = pattern("uint256", "bytes32", "bytes32", "uint32", "uint64").pack

_Held: TypeAlias = Mapping[Hash32, State]


def step(held: _Held, record: Record, act: Act, sources: Sources) -> Mapping[Hash32, State]:
    """Say which states the record changes, by subject; the first is that of `record.subjects[0]`.

    Args:
        held: the states before it, by subject; others than those of `record.subjects` are not looked at.
        record: the record, `act` its words.
        sources: which contract is which.

    Raises:
        StepRefused: the act comes from another contract than the one that records it, is about another subject than
            the one named first, has a time beyond uint64, does not fit the state before, or leads to another state
            than was recorded.
    """
    if record.source != sources.of(act):
        raise StepRefused(record.seq, f"{type(act).__name__} is not recorded by {record.source.hex()}")
    if record.block_time >> 64:  # strangers write records too, and states have no room for it
        raise StepRefused(record.seq, f"{type(act).__name__} is dated as no block is")
    changed = STEPS[type(act)](Before(held, record, sources), act)
    first = next(iter(changed))
    if not record.subjects or record.subjects[0] != first:
        raise StepRefused(record.seq, f"{type(act).__name__} names another subject first")
    if changed[first].digest() != record.state_after:
        raise StepRefused(record.seq, f"{type(act).__name__} leads to another state than was recorded")
    return changed


def fold(records: Iterable[Record], sources: Sources) -> dict[Hash32, State]:
    """Replay records in order, from nothing; subjects that lack their beginning are refused.

    Raises:
        StepRefused: as `step`; also at the first act this version does not know.
        WordsMalformed: a record's data are not the encoding of its act.
    """
    held: dict[Hash32, State] = {}
    for record in records:
        act = acts.decode(record)
        if isinstance(act, acts.UnknownAct):
            raise StepRefused(record.seq, f"unknown act {act.act.hex()}")
        held.update(step(held, record, act, sources))
    return held


def _checkpointed(before: Before, act: acts.Checkpointed) -> dict[Hash32, State]:
    if act.count != before.record.seq:
        raise before.refuse("a checkpoint counts otherwise")
    return {before.sources.whole_ledger(): LedgerMark(act.count)}


def _seat(before: Before, role: Role, account: Address) -> tuple[Hash32, Seat]:
    subject = before.sources.seat(role, account)
    empty = Seat(role, account, holds=False, proposed_by=ZERO_ADDRESS, effective_at=0, confirmed=False)
    state = before.held.get(subject, empty)
    if not isinstance(state, Seat):
        raise before.refuse("its seat is something else")
    return subject, state


def _role_proposed(before: Before, act: acts.RoleProposed) -> dict[Hash32, State]:
    subject, seat = _seat(before, act.role, act.account)
    return {subject: replace(seat, proposed_by=act.by, effective_at=act.effective_at, confirmed=False)}


def _role_confirmed(before: Before, act: acts.RoleConfirmed) -> dict[Hash32, State]:
    subject, seat = _seat(before, act.role, act.account)
    return {subject: replace(seat, confirmed=True)}


def _role_granted(before: Before, act: acts.RoleGranted) -> dict[Hash32, State]:
    subject, _ = _seat(before, act.role, act.account)
    return {
        subject: Seat(
            act.role, act.account, holds=True, proposed_by=ZERO_ADDRESS, effective_at=0, confirmed=False
        )
    }


def _role_emptied(before: Before, act: acts.RoleCancelled | acts.RoleRevoked) -> dict[Hash32, State]:
    subject, _ = _seat(before, act.role, act.account)
    return {
        subject: Seat(
            act.role, act.account, holds=False, proposed_by=ZERO_ADDRESS, effective_at=0, confirmed=False
        )
    }


def _order_filed(before: Before, act: acts.OrderFiled) -> dict[Hash32, State]:
    subject = before.sources.order(act.order_id)
    if act.corrects == act.order_id:  # withdrawn by mistake, and filed once more
        earlier = before.need(subject, Order)
        if earlier.status is not OrderStatus.WITHDRAWN or earlier.corrects == act.order_id:
            raise before.refuse("its order was not withdrawn, or was filed once more before")
    else:
        before.fresh(subject)
    return {
        subject: Order(
            order_id=act.order_id,
            status=OrderStatus.FILED,
            filed_by=act.filed_by,
            executed_by=ZERO_ADDRESS,
            authority=act.authority,
            order_hash=act.order_hash,
            reason_code=act.reason_code,
            measure=act.measure,
            target=act.target,
            to=act.to,
            occurred_at=act.occurred_at,
            effect_until=act.effect_until,
            expires=act.expires,
            corrects=act.corrects,
        )
    }


def _pending_order(before: Before, order_id: Hash32) -> tuple[Hash32, Order]:
    subject = before.sources.order(order_id)
    order = before.need(subject, Order)
    if order.status is not OrderStatus.FILED:
        raise before.refuse("its order was not pending")
    return subject, order


def _order_executed(before: Before, act: acts.OrderExecuted) -> dict[Hash32, State]:
    subject, order = _pending_order(before, act.order_id)
    return {subject: replace(order, status=OrderStatus.EXECUTED, executed_by=act.executed_by)}


def _order_withdrawn(before: Before, act: acts.OrderWithdrawn) -> dict[Hash32, State]:
    subject, order = _pending_order(before, act.order_id)
    return {subject: replace(order, status=OrderStatus.WITHDRAWN)}


def _account_registered(before: Before, act: acts.AccountRegistered) -> dict[Hash32, State]:
    subject = before.sources.account(act.account)
    before.fresh(subject)
    return {
        subject: Standing(
            account=act.account,
            kind=act.kind,
            custody=act.custody,
            commitment=act.commitment,
            code_hash=act.code_hash,
            suspended_until=0,
            suspension_order=ZERO_HASH,
            replaced_by=ZERO_ADDRESS,
            replacement=ZERO_ADDRESS,
            recovery_from=0,
            method=act.method,
            verifier=act.verifier,
            verified_at=act.verified_at,
        )
    }


def _account_changed(before: Before, account: Address, **changes: Any) -> dict[Hash32, State]:
    subject = before.sources.account(account)
    standing = before.need(subject, Standing)
    if standing.replaced_by != ZERO_ADDRESS:
        raise before.refuse("its account was replaced before")
    return {subject: replace(standing, **changes)}


def _account_suspended(before: Before, act: acts.AccountSuspended) -> dict[Hash32, State]:
    return _account_changed(before, act.account, suspended_until=act.until, suspension_order=act.order_id)


def _account_restored(before: Before, act: acts.AccountRestored) -> dict[Hash32, State]:
    return _account_changed(before, act.account, suspended_until=0, suspension_order=ZERO_HASH)


def _recovery_requested(before: Before, act: acts.RecoveryRequested) -> dict[Hash32, State]:
    return _account_changed(before, act.account, replacement=act.replacement, recovery_from=act.earliest)


def _recovery_stopped(before: Before, act: acts.RecoveryStopped) -> dict[Hash32, State]:
    return _account_changed(before, act.account, replacement=ZERO_ADDRESS, recovery_from=0)


def _account_replaced(before: Before, act: acts.AccountReplaced) -> dict[Hash32, State]:
    successor = before.sources.account(act.replacement)
    before.fresh(successor)
    changed = _account_changed(
        before, act.account, replaced_by=act.replacement, replacement=ZERO_ADDRESS, recovery_from=0
    )
    standing = before.need(before.sources.account(act.account), Standing)
    changed[successor] = replace(
        standing,
        account=act.replacement,
        custody=Custody.OWN,
        code_hash=ZERO_HASH,
        replacement=ZERO_ADDRESS,
        recovery_from=0,
    )
    return changed


def _work_registered(before: Before, act: acts.WorkRegistered) -> dict[Hash32, State]:
    subject = before.sources.work(act.work_id)
    before.fresh(subject)
    if act.work_id != acts.work_id(act.registrant, act.file_digest, act.manifest_digest):
        raise before.refuse("a work has another name than its claim gives it")
    return {
        subject: Work(
            work_id=act.work_id,
            registrant=act.registrant,
            kind=act.kind,
            file_digest=act.file_digest,
            manifest_digest=act.manifest_digest,
            amendments=0,
            withdrawn=False,
            registered_at=before.time,
            claims_before=act.claims_before,
            anchor_id=act.anchor_id,
        )
    }


def _anchored(before: Before, act: acts.Anchored) -> dict[Hash32, State]:
    subject = before.sources.anchor(act.anchor_id)
    before.fresh(subject)
    return {subject: Anchor(act.anchor_id, act.depositor, act.root, act.count)}


def _standing_work(before: Before, work_id: Hash32) -> tuple[Hash32, Work]:
    subject = before.sources.work(work_id)
    work = before.need(subject, Work)
    if work.withdrawn:
        raise before.refuse("its work was withdrawn before")
    return subject, work


def _work_amended(before: Before, act: acts.WorkAmended) -> dict[Hash32, State]:
    subject, work = _standing_work(before, act.work_id)
    return {subject: replace(work, manifest_digest=act.manifest_digest, amendments=work.amendments + 1)}


def _work_withdrawn(before: Before, act: acts.WorkWithdrawn) -> dict[Hash32, State]:
    subject, work = _standing_work(before, act.work_id)
    return {subject: replace(work, withdrawn=True)}


def _collection_created(before: Before, act: acts.CollectionCreated) -> dict[Hash32, State]:
    subject = before.sources.collection(act.collection_id)
    before.fresh(subject)
    if act.collection_id != acts.collection_id(act.issuer, act.operation):
        raise before.refuse("a collection has another name than its operation gives it")
    return {subject: Collection(act.collection_id, act.issuer, act.metadata_digest, 0, (act.policy,))}


def _collection_amended(before: Before, act: acts.CollectionAmended) -> dict[Hash32, State]:
    subject = before.sources.collection(act.collection_id)
    collection = before.need(subject, Collection)
    return {
        subject: replace(
            collection, metadata_digest=act.metadata_digest, amendments=collection.amendments + 1
        )
    }


def _policy_set(before: Before, act: acts.PolicySet) -> dict[Hash32, State]:
    subject = before.sources.collection(act.collection_id)
    collection = before.need(subject, Collection)
    if act.version != collection.policy_version + 1:
        raise before.refuse("a version of the policy was left out")
    return {subject: replace(collection, policies=(*collection.policies, act.policy))}


def _edition_opened(before: Before, act: acts.EditionOpened) -> dict[Hash32, State]:
    subject = before.sources.edition(act.edition_id)
    before.fresh(subject)
    if act.edition_id != acts.edition_id(act.collection_id, act.work_id, act.number):
        raise before.refuse("an edition has another name than its parts give it")
    return {subject: Edition(act.edition_id, act.collection_id, act.work_id, act.number, act.cap)}


def _cap_lowered(before: Before, act: acts.CapLowered) -> dict[Hash32, State]:
    subject = before.sources.edition(act.edition_id)
    edition = before.need(subject, Edition)
    if act.cap >= edition.cap:
        raise before.refuse("a cap was not lowered")
    return {subject: replace(edition, cap=act.cap)}


def _minted(before: Before, act: acts.Minted) -> dict[Hash32, State]:
    subject = before.sources.token(act.token_id)
    before.fresh(subject)
    if edition_of(act.token_id)[1] != act.serial:
        raise before.refuse("a token has another serial than its name gives it")
    return {
        subject: Token(
            token_id=act.token_id,
            status=TokenStatus.LIVE,
            holder=act.issuer,
            user=ZERO_ADDRESS,
            user_until=0,
            hold_order=ZERO_HASH,
            held_until=0,
            acquired_at=before.time,
            gifts=0,
            distributed=False,
            policy_version=act.policy_version,
            policy_digest=act.policy_digest,
            issuer=act.issuer,
            collection_id=act.collection_id,
            work_id=act.work_id,
        )
    }


def _live_token(before: Before, token_id: int) -> tuple[Hash32, Token]:
    subject = before.sources.token(token_id)
    token = before.need(subject, Token)
    if token.status is not TokenStatus.LIVE:
        raise before.refuse("its token was annulled before")
    return subject, token


def _held_by(before: Before, token_id: int, holder: Address) -> tuple[Hash32, Token]:
    subject, token = _live_token(before, token_id)
    if token.holder != holder:
        raise before.refuse("its token was held by somebody else")
    return subject, token


def _passed_on(
    before: Before,
    token: Token,
    act: acts.Distributed | acts.Gifted | acts.HolderChangedByOrder,
    *,
    gifts: int,
    released: bool = False,
) -> Token:
    return Token(  # all fields named: `replace` takes thrice as long, and this is every other record
        token_id=token.token_id,
        status=token.status,
        holder=act.to,
        user=ZERO_ADDRESS,
        user_until=0,
        hold_order=ZERO_HASH if released else token.hold_order,
        held_until=0 if released else token.held_until,
        acquired_at=before.time,
        gifts=gifts,
        distributed=True,
        policy_version=act.policy_version,
        policy_digest=act.policy_digest,
        issuer=token.issuer,
        collection_id=token.collection_id,
        work_id=token.work_id,
    )


def _distributed(before: Before, act: acts.Distributed) -> dict[Hash32, State]:
    subject, token = _held_by(before, act.token_id, act.from_)
    if token.distributed or token.held_at(before.time):
        raise before.refuse("its token could not be distributed")
    return {subject: _passed_on(before, token, act, gifts=token.gifts)}


def _gifted(before: Before, act: acts.Gifted) -> dict[Hash32, State]:
    subject, token = _held_by(before, act.token_id, act.from_)
    if token.held_at(before.time) or not token.distributed:
        raise before.refuse("its token could not be given")
    return {subject: _passed_on(before, token, act, gifts=token.gifts + 1)}


def _lent(before: Before, act: acts.Lent) -> dict[Hash32, State]:
    subject, token = _held_by(before, act.token_id, act.from_)
    return {subject: replace(token, user=act.user, user_until=act.until)}


def _hold_placed(before: Before, act: acts.HoldPlaced) -> dict[Hash32, State]:
    subject, token = _live_token(before, act.token_id)
    return {subject: replace(token, hold_order=act.order_id, held_until=act.until)}


def _hold_released(before: Before, act: acts.HoldReleased) -> dict[Hash32, State]:
    subject, token = _live_token(before, act.token_id)
    return {subject: replace(token, hold_order=ZERO_HASH, held_until=0)}


def _holder_changed(before: Before, act: acts.HolderChangedByOrder) -> dict[Hash32, State]:
    subject, token = _held_by(before, act.token_id, act.from_)
    return {subject: _passed_on(before, token, act, gifts=token.gifts, released=True)}


def _recovered(before: Before, act: acts.Recovered) -> dict[Hash32, State]:
    subject, token = _held_by(before, act.token_id, act.from_)
    return {subject: replace(token, holder=act.to)}


def _annulled(before: Before, act: acts.Annulled) -> dict[Hash32, State]:
    subject, token = _live_token(before, act.token_id)
    return {subject: replace(token, status=TokenStatus.ANNULLED)}


def _intent_cancelled(before: Before, act: acts.IntentCancelled) -> dict[Hash32, State]:
    subject = before.sources.nonce(act.account, act.nonce)
    before.fresh(subject)
    return {subject: CancelledNonce(act.account, act.nonce)}


STEPS: Mapping[type[Act], Callable[[Before, Any], Mapping[Hash32, State]]] = {
    **RIGHTS_STEPS,
    acts.Checkpointed: _checkpointed,
    acts.RoleProposed: _role_proposed,
    acts.RoleConfirmed: _role_confirmed,
    acts.RoleCancelled: _role_emptied,
    acts.RoleGranted: _role_granted,
    acts.RoleRevoked: _role_emptied,
    acts.OrderFiled: _order_filed,
    acts.OrderExecuted: _order_executed,
    acts.OrderWithdrawn: _order_withdrawn,
    acts.AccountRegistered: _account_registered,
    acts.AccountSuspended: _account_suspended,
    acts.AccountRestored: _account_restored,
    acts.RecoveryRequested: _recovery_requested,
    acts.RecoveryStopped: _recovery_stopped,
    acts.AccountReplaced: _account_replaced,
    acts.WorkRegistered: _work_registered,
    acts.Anchored: _anchored,
    acts.WorkAmended: _work_amended,
    acts.WorkWithdrawn: _work_withdrawn,
    acts.CollectionCreated: _collection_created,
    acts.CollectionAmended: _collection_amended,
    acts.PolicySet: _policy_set,
    acts.EditionOpened: _edition_opened,
    acts.CapLowered: _cap_lowered,
    acts.Minted: _minted,
    acts.Distributed: _distributed,
    acts.Gifted: _gifted,
    acts.Lent: _lent,
    acts.HoldPlaced: _hold_placed,
    acts.HoldReleased: _hold_released,
    acts.HolderChangedByOrder: _holder_changed,
    acts.Recovered: _recovered,
    acts.Annulled: _annulled,
    acts.IntentCancelled: _intent_cancelled,
}
