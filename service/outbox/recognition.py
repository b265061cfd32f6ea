"""How the record of a request is recognised in the projection, whoever sent the transaction. Reads a view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer import events as acts
from indexer.rights import acts as of_rights
from indexer.store.answers import ProvenanceEntry
from indexer.store.view import View
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Hash32
from service.keys.intents import digest
from service.outbox import naming, requests
from service.outbox.naming import Case
from service.outbox.requests import Request, RoleStep


@dataclass(frozen=True, slots=True)
class Sought:
    """A record: the first one (or the one after `skip` others) that names `subject`, is this act and has these words.

    `after`: only those with a greater seq, for acts that can happen twice alike.
    """

    subject: Hash32
    act: type[acts.Act]
    words: Mapping[str, Any] = field(default_factory=dict)
    after: int = -1
    skip: int = 0


def sought(request: Request, case: Case) -> Sought:
    """Say which record would show that a request is done."""
    return _SOUGHT[type(request)](request, case)


def recorded(view: View, wanted: Mapping[int, Sought]) -> dict[int, ProvenanceEntry]:
    """Find the settled records, by the keys of `wanted`; those without one are left out."""
    plain = {key: one for key, one in wanted.items() if one.after < 0 and not one.skip}
    firsts = view.find_acts({(one.subject, one.act) for one in plain.values()})
    found: dict[int, ProvenanceEntry] = {}
    for key, one in wanted.items():
        entry = firsts.get((one.subject, one.act)) if key in plain else None
        if key in plain and entry is None:
            continue
        if entry is None or not _has(entry, one.words):
            entry = _search(view, one)
        if entry is not None and entry.settled:
            found[key] = entry
    return found


def _search(view: View, one: Sought) -> ProvenanceEntry | None:
    after, entry = one.after, None
    for _ in range(one.skip + 1):
        entry = view.find_act(one.subject, one.act, after)
        if entry is None:
            return None
        after = entry.record.seq
    if _has(entry, one.words) or one.skip:
        return entry if _has(entry, one.words) else None
    return view.find_act(one.subject, one.act, after, **one.words)


def _has(entry: ProvenanceEntry | None, words: Mapping[str, Any]) -> bool:
    return entry is not None and all(getattr(entry.act, name, None) == value for name, value in words.items())


def _account(request: requests.RegisterAccount, case: Case) -> Sought:
    said = ("kind", "custody", "commitment", "method", "verifier", "verified_at", "code_hash")
    return Sought(case.names.sources.account(request.account), acts.AccountRegistered, _words(request, said))


def _deposit(request: requests.Deposit, case: Case) -> Sought:
    said = _words(request, ("kind", "anchor_id"))
    return Sought(case.names.sources.work(request.work_id), acts.WorkRegistered, said)


def _anchor(request: requests.Anchor, case: Case) -> Sought:
    return Sought(case.names.sources.anchor(request.anchor_id), acts.Anchored, {"count": request.leaves})


def _amend_work(request: requests.AmendWork, case: Case) -> Sought:
    said = _words(request, ("manifest_digest", "reason"))
    subject = case.names.sources.work(request.work_id)
    return Sought(subject, acts.WorkAmended, said, skip=request.expected_amendments)


def _withdraw_work(request: requests.WithdrawWork, case: Case) -> Sought:
    return Sought(case.names.sources.work(request.work_id), acts.WorkWithdrawn, _words(request, ("reason",)))


def _create(request: requests.CreateCollection, case: Case) -> Sought:
    said = _words(request, ("metadata_digest", "policy"))
    return Sought(case.names.sources.collection(request.collection_id), acts.CollectionCreated, said)


def _amend_collection(request: requests.AmendCollection, case: Case) -> Sought:
    said = _words(request, ("metadata_digest", "reason"))
    subject = case.names.sources.collection(request.collection_id)
    return Sought(subject, acts.CollectionAmended, said, skip=request.expected_amendments)


def _set_policy(request: requests.SetPolicy, case: Case) -> Sought:
    said = _words(request, ("version", "policy"))
    return Sought(case.names.sources.collection(request.collection_id), acts.PolicySet, said)


def _open(request: requests.OpenEdition, case: Case) -> Sought:
    return Sought(case.names.sources.edition(request.edition_id), acts.EditionOpened, {"cap": request.cap})


def _lower(request: requests.LowerCap, case: Case) -> Sought:
    return Sought(case.names.sources.edition(request.edition_id), acts.CapLowered, {"cap": request.cap})


def _mint(request: requests.Mint, case: Case) -> Sought:
    subject = case.names.sources.token(request.token_id)
    if request.to == ZERO_ADDRESS:
        return Sought(subject, acts.Minted)
    return Sought(subject, acts.Distributed, {"to": request.to})


def _distribute(request: requests.Distribute, case: Case) -> Sought:
    return Sought(case.names.sources.token(request.token_id), acts.Distributed, {"to": request.to})


def _gift(request: requests.SubmitGift | requests.GiveFromKept, case: Case) -> Sought:
    intent = digest(case.names.collectible, naming.gift(request, case.asked))
    return Sought(case.names.sources.token(request.token_id), acts.Gifted, {"intent": intent})


def _loan(request: requests.SubmitLoan, case: Case) -> Sought:
    intent = digest(case.names.collectible, naming.loan(request))
    return Sought(case.names.sources.token(request.token_id), acts.Lent, {"intent": intent})


def _cancel(request: requests.CancelIntent, case: Case) -> Sought:
    return Sought(case.names.sources.nonce(request.account, request.nonce), acts.IntentCancelled)


def _annul(request: requests.Annul, case: Case) -> Sought:
    said = {"order_id": ZERO_HASH, "reason": request.reason}
    return Sought(case.names.sources.token(request.token_id), acts.Annulled, said)


def _file(request: requests.FileOrder, case: Case) -> Sought:
    said = _words(request, ("reason_code", "to", "occurred_at", "effect_until", "expires", "corrects"))
    return Sought(
        case.names.sources.order(naming.order_id(request.order, case.names.sources)), acts.OrderFiled, said
    )


def _execute(request: requests.ExecuteOrder, case: Case) -> Sought:
    return Sought(
        case.names.sources.order(naming.order_id(request.order, case.names.sources)), acts.OrderExecuted
    )


def _withdraw_order(request: requests.WithdrawOrder, case: Case) -> Sought:
    subject = case.names.sources.order(naming.order_id(request.order, case.names.sources))
    return Sought(subject, acts.OrderWithdrawn, _words(request, ("reason",)), after=request.since - 1)


def _request_recovery(request: requests.RequestRecovery, case: Case) -> Sought:
    said = _words(request, ("replacement", "evidence"))
    subject = case.names.sources.account(request.account)
    return Sought(subject, acts.RecoveryRequested, said, after=request.since - 1)


def _confirm(request: requests.ConfirmRecovery, case: Case) -> Sought:
    said = {"replacement": request.replacement, "cause": acts.Cause.RECOVERY}
    return Sought(case.names.sources.account(request.account), acts.AccountReplaced, said)


def _stop(request: requests.StopRecovery | requests.SubmitObjection, case: Case) -> Sought:
    said = {"replacement": request.replacement}
    return Sought(
        case.names.sources.account(request.account), acts.RecoveryStopped, said, after=request.since - 1
    )


def _recover(request: requests.RecoverToken, case: Case) -> Sought:
    return Sought(case.names.sources.token(request.token_id), acts.Recovered, {"from_": request.from_})


def _hand_over(request: requests.HandOver, case: Case) -> Sought:
    said = {"replacement": request.replacement, "cause": acts.Cause.HAND_OVER}
    return Sought(case.names.sources.account(request.account), acts.AccountReplaced, said)


def _checkpoint(request: requests.Checkpoint, case: Case) -> Sought:
    return Sought(case.names.sources.whole_ledger(), acts.Checkpointed, after=request.since - 1)


_STEPS: Mapping[RoleStep, type[acts.Act]] = {
    RoleStep.PROPOSE: acts.RoleProposed,
    RoleStep.CONFIRM: acts.RoleConfirmed,
    RoleStep.CANCEL: acts.RoleCancelled,
    RoleStep.ENACT: acts.RoleGranted,
    RoleStep.REVOKE: acts.RoleRevoked,
}


def _role(request: requests.ChangeRole, case: Case) -> Sought:
    subject = case.names.sources.seat(request.role, request.account)
    return Sought(subject, _STEPS[request.step], after=request.since - 1)


_MADE: Mapping[type[Request], type[acts.Act]] = {
    requests.ClaimEstate: of_rights.EstateClaimed,
    requests.MergeEstates: of_rights.EstatesMerged,
}
_CHANGED: Mapping[type[Request], type[acts.Act]] = {
    requests.SplitEstate: of_rights.EstateSplit,
    requests.AssignEstate: of_rights.EstateAssigned,
    requests.AmendEstate: of_rights.EstateAmended,
}
_OF_GRANTS: Mapping[type[Request], type[acts.Act]] = {
    requests.SurrenderGrant: of_rights.GrantSurrendered,
    requests.TerminateGrant: of_rights.GrantTerminated,
    requests.AmendGrant: of_rights.GrantAmended,
}


def _made(request: requests.ClaimEstate | requests.MergeEstates, case: Case) -> Sought:
    intent = naming.agreement(request, case.names)
    return Sought(case.names.sources.estate(naming.made_estate(intent)), _MADE[type(request)])


def _changed(
    request: requests.SplitEstate | requests.AssignEstate | requests.AmendEstate, case: Case
) -> Sought:
    said = {"intent": naming.agreement(request, case.names)}
    subject = case.names.sources.estate(request.agreement.estate_id)
    return Sought(subject, _CHANGED[type(request)], said)


def _granted(request: requests.GrantRights, case: Case) -> Sought:
    return Sought(case.names.sources.grant(naming.agreement(request, case.names)), of_rights.Granted)


def _of_grant(
    request: requests.SurrenderGrant | requests.TerminateGrant | requests.AmendGrant, case: Case
) -> Sought:
    said = {"intent": naming.agreement(request, case.names)}
    return Sought(case.names.sources.grant(request.agreement.grant_id), _OF_GRANTS[type(request)], said)


def _confirmed(request: requests.ConfirmAttestation, case: Case) -> Sought:
    subject = case.names.sources.consent(request.intent, request.party)
    return Sought(subject, of_rights.AttestationConfirmed)


def _taken_back(request: requests.WithdrawConsent, case: Case) -> Sought:
    return Sought(case.names.sources.withdrawal(request.intent, request.account), of_rights.ConsentWithdrawn)


def _moral(request: requests.RecordMoralRights, case: Case) -> Sought:
    said = _words(request, ("author", "moral_rights", "statement"))
    subject = case.names.sources.rights_of(request.work_id)
    return Sought(subject, of_rights.MoralRightsRecorded, said, after=request.since - 1)


def _contested(request: requests.ContestRights, case: Case) -> Sought:
    said = {**_words(request, ("work_id", "rival_id", "evidence", "reason")), "by": request.contestant}
    subject = case.names.sources.rights_of(request.work_id)
    return Sought(subject, of_rights.RightsContested, said, after=request.since - 1)


def _uncontested(request: requests.WithdrawContest, case: Case) -> Sought:
    said = _words(request, ("work_id", "by", "reason"))
    subject = case.names.sources.rights_of(request.work_id)
    return Sought(subject, of_rights.ContestWithdrawn, said, after=request.since - 1)


def _words(request: Any, said: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(request, name) for name in said}


_SOUGHT: Mapping[type[Request], Callable[[Any, Case], Sought]] = {
    requests.RegisterAccount: _account,
    requests.Deposit: _deposit,
    requests.Anchor: _anchor,
    requests.AmendWork: _amend_work,
    requests.WithdrawWork: _withdraw_work,
    requests.CreateCollection: _create,
    requests.AmendCollection: _amend_collection,
    requests.SetPolicy: _set_policy,
    requests.OpenEdition: _open,
    requests.LowerCap: _lower,
    requests.Mint: _mint,
    requests.Distribute: _distribute,
    requests.SubmitGift: _gift,
    requests.GiveFromKept: _gift,
    requests.SubmitLoan: _loan,
    requests.CancelIntent: _cancel,
    requests.Annul: _annul,
    requests.FileOrder: _file,
    requests.ExecuteOrder: _execute,
    requests.WithdrawOrder: _withdraw_order,
    requests.RequestRecovery: _request_recovery,
    requests.ConfirmRecovery: _confirm,
    requests.StopRecovery: _stop,
    requests.SubmitObjection: _stop,
    requests.RecoverToken: _recover,
    requests.HandOver: _hand_over,
    requests.Checkpoint: _checkpoint,
    requests.ChangeRole: _role,
    **dict.fromkeys(_MADE, _made),
    **dict.fromkeys(_CHANGED, _changed),
    requests.GrantRights: _granted,
    **dict.fromkeys(_OF_GRANTS, _of_grant),
    requests.ConfirmAttestation: _confirmed,
    requests.WithdrawConsent: _taken_back,
    requests.RecordMoralRights: _moral,
    requests.ContestRights: _contested,
    requests.WithdrawContest: _uncontested,
}
