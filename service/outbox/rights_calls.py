"""Acts on rights as calls of contracts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple
from typing import Any

from eth_abi.abi import encode

from indexer.events import Measure
from indexer.keccak import keccak256
from indexer.values import Address
from indexer.words import solidity_type
from service.keys.agreements import Ownership
from service.outbox import naming, requests
from service.outbox.parts import GAS_PER_BYTE, Circumstances, Part, alone
from service.outbox.requests import (
    Agreed,
    AssignmentTarget,
    EstateTarget,
    GrantTarget,
    Request,
    RightsTarget,
)

_HOLDS: Mapping[Measure, str] = {Measure.HOLD: "hold", Measure.RELEASE: "release"}


def execute(one: requests.ExecuteOrder, at: Circumstances) -> Part:
    """Write the execution of an order about an estate, a grant or the rights of a work."""
    sources, measure = at.case.names.sources, one.order.measure
    match one.order.target:
        case EstateTarget(estate_id):
            return alone(sources.rights, f"{_HOLDS[measure]}(uint256)", (estate_id,), 900_000)
        case RightsTarget(work_id):
            return alone(sources.rights, f"{_HOLDS[measure]}Work(bytes32)", (work_id,), 900_000)
        case AssignmentTarget(estate_id, ownership):
            values = (estate_id, (ownership.owners, ownership.parts))
            kinds = ("uint256", solidity_type(Ownership))
            body = encode(kinds, values)
            gas = 900_000 + 150_000 * len(ownership.owners)
            return Part(sources.rights, f"assignByOrder({','.join(kinds)})", body, keccak256(body), gas)
        case GrantTarget(grant_id) if measure is Measure.TERMINATE:
            return alone(
                sources.grants, "terminateByOrder(bytes32,string)", (grant_id, one.reason), 1_200_000
            )
        case GrantTarget(grant_id):
            return alone(sources.grants, f"{_HOLDS[measure]}(bytes32)", (grant_id,), 900_000)
        case target:
            raise TypeError(f"no rights: {type(target).__name__}")


_CONSENTS = "(address,bytes,bytes32,address,address,bytes)[]"
_FUNCTIONS: Mapping[type[Request], tuple[str, str, int]] = {
    requests.ClaimEstate: ("rights", "claim", 1_500_000),
    requests.SplitEstate: ("rights", "split", 4_000_000),
    requests.MergeEstates: ("rights", "merge", 2_500_000),
    requests.AssignEstate: ("rights", "assign", 1_500_000),
    requests.AmendEstate: ("rights", "amend", 1_500_000),
    requests.GrantRights: ("grants", "grant", 8_000_000),
    requests.SurrenderGrant: ("grants", "surrender", 1_500_000),
    requests.TerminateGrant: ("grants", "terminate", 1_500_000),
    requests.AmendGrant: ("grants", "amend", 8_000_000),
}
"""Which contract takes an act that all concerned agreed to, by which function, for how much gas, consents aside."""
_CONSENT_GAS = 250_000


def _agreed(one: Agreed, at: Circumstances) -> Part:
    source, function, gas = _FUNCTIONS[type(one)]
    kind = solidity_type(type(one.agreement))
    members = astuple(one.agreement)
    if isinstance(one, requests.TerminateGrant | requests.AmendGrant):  # Named with the act, and not signed.
        kind, members = f"{kind.removesuffix(')')},uint256[])", (*members, one.estate_ids)
    body = encode((kind, _CONSENTS), (members, [astuple(consent) for consent in one.consents]))
    to: Address = getattr(at.case.names.sources, source)
    gas += _CONSENT_GAS * len(one.consents) + GAS_PER_BYTE * len(body)
    return Part(to, f"{function}({kind},{_CONSENTS})", body, keccak256(body), gas)


def _confirm_attestation(one: requests.ConfirmAttestation, at: Circumstances) -> Part:
    intent = naming.confirmation(one)
    signature = one.signature or at.sign_as_kept(one.signer, at.case.names.consents, intent)
    values = (one.intent, one.party, signature)
    return alone(at.case.names.sources.consents, "confirm(bytes32,address,bytes)", values, 700_000)


def _withdraw_consent(one: requests.WithdrawConsent, at: Circumstances) -> Part:
    intent = naming.withdrawal(one)
    signature = one.signature or at.sign_as_kept(one.account, at.case.names.consents, intent)
    values = (one.intent, one.account, signature)
    return alone(at.case.names.sources.consents, "withdraw(bytes32,address,bytes)", values, 600_000)


def _moral_rights(one: requests.RecordMoralRights, at: Circumstances) -> Part:
    values = (one.work_id, one.author, one.moral_rights, one.statement)
    signature = "recordMoralRights(bytes32,address,uint8,bytes32)"
    return alone(at.case.names.sources.rights, signature, values, 600_000)


def _contest(one: requests.ContestRights, at: Circumstances) -> Part:
    values = (one.work_id, one.rival_id, one.evidence, one.reason)
    return alone(at.case.names.sources.rights, "contest(bytes32,bytes32,bytes32,string)", values, 700_000)


def _withdraw_contest(one: requests.WithdrawContest, at: Circumstances) -> Part:
    values = (one.work_id, one.by, one.reason)
    return alone(at.case.names.sources.rights, "withdrawContest(bytes32,address,string)", values, 600_000)


PARTS: Mapping[type[Request], Callable[[Any, Circumstances], Part]] = {
    **dict.fromkeys(_FUNCTIONS, _agreed),
    requests.ConfirmAttestation: _confirm_attestation,
    requests.WithdrawConsent: _withdraw_consent,
    requests.RecordMoralRights: _moral_rights,
    requests.ContestRights: _contest,
    requests.WithdrawContest: _withdraw_contest,
}
"""How each is written, by kind of request."""
