"""Requests as calls of contracts: what goes into a transaction, how large it is, how much gas it may take. Pure.

What kept keys sign for them, and who holds a token, the caller hands in as functions.
Gas is free here, so bounds are generous: they only decide how many requests share a transaction.
`tests/service/outbox/test_kinds.py` holds them against what the contracts take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eth_abi.abi import encode

from indexer.events import Measure
from indexer.keccak import keccak256
from indexer.values import ZERO_ADDRESS, Address
from indexer.words import static_words, word, words
from service.errors import NotFound
from service.keys.intents import digest
from service.outbox import naming, requests, rights_calls
from service.outbox.parts import (
    GAS_PER_BYTE,
    Circumstances,
    Part,
    alone,
    as_word,
    dynamic,
    static,
    tuple_alone,
)
from service.outbox.plan import ALONE
from service.outbox.requests import AccountTarget, Request, RoleStep, TokenTarget


def part(request: Request, circumstances: Circumstances) -> Part:
    """Write a request as its part of a transaction.

    Raises:
        QianyinError: it cannot be carried out: a key is not kept here, a nonce was signed for another intent.
    """
    made: Part = _PARTS[type(request)](request, circumstances)
    return made


def call_data(parts: Sequence[Part]) -> bytes:
    """Write the call that carries these parts, all of one group, or one alone."""
    first = parts[0]
    selector = keccak256(first.signature.encode())[:4]
    if first.group == ALONE:
        return selector + first.body
    bodies = [one.body for one in parts]
    offsets = _offsets(bodies) if first.dynamic else []
    return b"".join((selector, word(32), word(len(bodies)), *offsets, *bodies))


def _offsets(bodies: Sequence[bytes]) -> list[bytes]:
    at, found = 32 * len(bodies), []
    for body in bodies:
        found.append(word(at))
        at += len(body)
    return found


def _register(one: requests.RegisterAccount, at: Circumstances) -> Part:
    kind = "(address,uint8,uint8,bytes32,bytes32,bytes32,uint64,bytes32)"
    body = words(
        one.account,
        one.kind,
        one.custody,
        one.commitment,
        one.method,
        one.verifier,
        one.verified_at,
        one.code_hash,
    )
    to = at.case.names.sources.identities
    return static(to, "registerBatch", kind, body, as_word(one.account), 450_000)


def _deposit(one: requests.Deposit, at: Circumstances) -> Part:
    kind = "(uint8,bytes32,bytes32,uint32,bytes32,bytes32,bytes32[])"
    values = (
        int(one.kind),
        one.file_digest,
        one.manifest_digest,
        one.acknowledged_claims,
        one.anchor_id,
        one.anchor_salt,
        one.anchor_proof,
    )
    to = at.case.names.sources.works
    made = dynamic(to, "registerBatch", kind, values, one.work_id, 450_000)
    return Part(made.to, made.signature, made.body, made.name, made.gas, "deposit", dynamic=True)


def _anchor(one: requests.Anchor, at: Circumstances) -> Part:
    return alone(at.case.names.sources.works, "anchor(bytes32,uint64)", (one.root, one.leaves), 600_000)


def _amend_work(one: requests.AmendWork, at: Circumstances) -> Part:
    values = (one.work_id, one.expected_amendments, one.manifest_digest, one.reason)
    return alone(at.case.names.sources.works, "amend(bytes32,uint32,bytes32,string)", values, 600_000)


def _withdraw_work(one: requests.WithdrawWork, at: Circumstances) -> Part:
    return alone(at.case.names.sources.works, "withdraw(bytes32,string)", (one.work_id, one.reason), 600_000)


_POLICY = "(uint32,uint32,uint16,bool,uint8,uint8,uint32)"


def _create(one: requests.CreateCollection, at: Circumstances) -> Part:
    body = words(one.operation, one.metadata_digest) + static_words(one.policy)
    signature = f"create(bytes32,bytes32,{_POLICY})"
    return Part(at.case.names.sources.collections, signature, body, one.collection_id, 900_000)


def _amend_collection(one: requests.AmendCollection, at: Circumstances) -> Part:
    values = (one.collection_id, one.expected_amendments, one.metadata_digest, one.reason)
    return alone(at.case.names.sources.collections, "amend(bytes32,uint32,bytes32,string)", values, 600_000)


def _set_policy(one: requests.SetPolicy, at: Circumstances) -> Part:
    body = words(one.collection_id, one.version) + static_words(one.policy)
    signature = f"setPolicy(bytes32,uint32,{_POLICY})"
    return Part(at.case.names.sources.collections, signature, body, one.collection_id, 700_000)


def _open(one: requests.OpenEdition, at: Circumstances) -> Part:
    body = words(one.collection_id, one.work_id, one.number, one.cap)
    to, kind = at.case.names.sources.collections, "(bytes32,bytes32,uint32,uint64)"
    return static(to, "openEditions", kind, body, as_word(one.edition_id), 450_000)


def _lower(one: requests.LowerCap, at: Circumstances) -> Part:
    body = words(one.edition_id, one.cap)
    return Part(
        at.case.names.sources.collections, "lowerCap(uint256,uint64)", body, as_word(one.edition_id), 500_000
    )


def _mint(one: requests.Mint, at: Circumstances) -> Part:
    body = words(one.edition_id, one.serial, one.to)
    gas = 200_000 if one.to == ZERO_ADDRESS else 400_000
    to, kind = at.case.names.sources.collectible, "(uint256,uint64,address)"
    return static(to, "mintBatch", kind, body, as_word(one.token_id), gas)


def _distribute(one: requests.Distribute, at: Circumstances) -> Part:
    body = words(one.token_id, one.to)
    to, kind = at.case.names.sources.collectible, "(uint256,address)"
    return static(to, "distributeBatch", kind, body, as_word(one.token_id), 400_000)


def _give(one: requests.SubmitGift | requests.GiveFromKept, at: Circumstances) -> Part:
    domain = at.case.names.collectible
    gift, taken = naming.gift(one, at.case.asked), naming.acceptance(one, at.case.asked)
    signed = (
        one.signature if isinstance(one, requests.SubmitGift) else at.sign_as_kept(one.from_, domain, gift)
    )
    accepted = b""
    if taken is not None:
        accepted = one.acceptance.signature if one.acceptance else at.sign_as_kept(one.to, domain, taken)
    values = (
        (gift.token_id, gift.from_, gift.to, gift.nonce, gift.deadline),
        signed,
        taken.nonce if taken else 0,
        taken.deadline if taken else 0,
        accepted,
    )
    kind = "((uint256,address,address,uint256,uint64),bytes,uint256,uint64,bytes)"
    return dynamic(
        at.case.names.sources.collectible, "giveBatch", kind, values, digest(domain, gift), 500_000
    )


def _lend(one: requests.SubmitLoan, at: Circumstances) -> Part:
    loan = naming.loan(one)
    signature = one.signature or at.sign_as_kept(one.from_, at.case.names.collectible, loan)
    kind = "(uint256,address,address,uint64,uint256,uint64)"
    values = (loan.token_id, loan.from_, loan.user, loan.until, loan.nonce, loan.deadline)
    body = encode((kind, "bytes"), (values, signature))
    to = at.case.names.sources.collectible
    return Part(to, f"lend({kind},bytes)", body, keccak256(body), 700_000 + GAS_PER_BYTE * len(body))


def _cancel(one: requests.CancelIntent, at: Circumstances) -> Part:
    intent = naming.cancellation(one)
    signature = one.signature or at.sign_as_kept(one.account, at.case.names.collectible, intent)
    values = (one.account, one.nonce, signature)
    return alone(
        at.case.names.sources.collectible, "cancelIntentBySignature(address,uint256,bytes)", values, 600_000
    )


def _annul(one: requests.Annul, at: Circumstances) -> Part:
    return alone(
        at.case.names.sources.collectible, "annul(uint256,string)", (one.token_id, one.reason), 600_000
    )


def _file(one: requests.FileOrder, at: Circumstances) -> Part:
    order, sources = one.order, at.case.names.sources
    kind = "(string,bytes32,bytes32,uint8,bytes32,address,uint64,uint64,uint64,bytes32)"
    values = (
        order.authority,
        order.order_hash,
        one.reason_code,
        int(order.measure),
        naming.target_subject(order.target, sources),
        one.to,
        one.occurred_at,
        one.effect_until,
        one.expires,
        one.corrects,
    )
    return tuple_alone(sources.orders, "file", kind, values, 1_500_000)


def _execute(one: requests.ExecuteOrder, at: Circumstances) -> Part:
    sources, measure = at.case.names.sources, one.order.measure
    match one.order.target:
        case TokenTarget(token_id):
            return _execute_on_token(one, token_id, at)
        case AccountTarget(account):
            function = {Measure.SUSPEND: "suspend(address)", Measure.RESTORE: "restore(address)"}[measure]
            return alone(sources.identities, function, (account,), 900_000)
        case _:
            return rights_calls.execute(one, at)


def _execute_on_token(one: requests.ExecuteOrder, token_id: int, at: Circumstances) -> Part:
    to = at.case.names.sources.collectible
    match one.order.measure:
        case Measure.ANNUL:
            return alone(to, "annulByOrder(uint256,string)", (token_id, one.reason), 900_000)
        case Measure.FORCED_TRANSFER:
            values: tuple[Any, ...] = (_holder(at, token_id), one.to, token_id)
            return alone(to, "forcedTransfer(address,address,uint256)", values, 1_200_000)
        case measure:
            values = (_holder(at, token_id), token_id, measure is Measure.HOLD)
            return alone(to, "setFrozenTokens(address,uint256,bool)", values, 900_000)


def _holder(at: Circumstances, token_id: int) -> Address:
    holder = at.holder(token_id)
    if holder is None:
        raise NotFound(
            "token-unknown",
            f"没有编号为 {token_id} 的藏品。",
            f"There is no collectible {token_id}.",
            token=str(token_id),
        )
    return holder


def _withdraw_order(one: requests.WithdrawOrder, at: Circumstances) -> Part:
    named = naming.order_id(one.order, at.case.names.sources)
    return alone(at.case.names.sources.orders, "withdraw(bytes32,bytes32)", (named, one.reason), 500_000)


def _request_recovery(one: requests.RequestRecovery, at: Circumstances) -> Part:
    values = (one.account, one.replacement, one.evidence)
    to = at.case.names.sources.identities
    return alone(to, "requestRecovery(address,address,bytes32)", values, 600_000)


def _confirm(one: requests.ConfirmRecovery, at: Circumstances) -> Part:
    return alone(at.case.names.sources.identities, "confirmRecovery(address)", (one.account,), 900_000)


def _stop(one: requests.StopRecovery, at: Circumstances) -> Part:
    return alone(at.case.names.sources.identities, "stopRecovery(address)", (one.account,), 500_000)


def _object(one: requests.SubmitObjection, at: Circumstances) -> Part:
    signature = one.signature or at.sign_as_kept(one.account, at.case.names.identities, naming.objection(one))
    values = (one.account, one.deadline, signature)
    to = at.case.names.sources.identities
    return alone(to, "stopRecoveryBySignature(address,uint64,bytes)", values, 600_000)


def _recover(one: requests.RecoverToken, at: Circumstances) -> Part:
    name = as_word(one.token_id)
    return static(at.case.names.sources.collectible, "recover", "uint256", name, name, 450_000)


def _hand_over(one: requests.HandOver, at: Circumstances) -> Part:
    intent = naming.hand_over(one)
    signature = one.account_signature or at.sign_as_kept(one.account, at.case.names.identities, intent)
    values = (one.account, one.replacement, one.deadline, signature, one.replacement_signature)
    to = at.case.names.sources.identities
    return alone(to, "handOver(address,address,uint64,bytes,bytes)", values, 1_000_000)


def _checkpoint(_one: requests.Checkpoint, at: Circumstances) -> Part:
    return Part(at.case.names.sources.ledger, "checkpoint()", b"", keccak256(b"checkpoint"), 300_000)


def _role(one: requests.ChangeRole, at: Circumstances) -> Part:
    functions = {
        RoleStep.PROPOSE: "propose",
        RoleStep.CONFIRM: "confirm",
        RoleStep.CANCEL: "cancel",
        RoleStep.ENACT: "enact",
        RoleStep.REVOKE: "revoke",
    }
    values = (int(one.role), one.account)
    return alone(at.case.names.sources.governance, f"{functions[one.step]}(uint8,address)", values, 700_000)


_PARTS: Mapping[type[Request], Callable[[Any, Circumstances], Part]] = {
    requests.RegisterAccount: _register,
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
    requests.SubmitGift: _give,
    requests.GiveFromKept: _give,
    requests.SubmitLoan: _lend,
    requests.CancelIntent: _cancel,
    requests.Annul: _annul,
    requests.FileOrder: _file,
    requests.ExecuteOrder: _execute,
    requests.WithdrawOrder: _withdraw_order,
    requests.RequestRecovery: _request_recovery,
    requests.ConfirmRecovery: _confirm,
    requests.StopRecovery: _stop,
    requests.SubmitObjection: _object,
    requests.RecoverToken: _recover,
    requests.HandOver: _hand_over,
    requests.Checkpoint: _checkpoint,
    requests.ChangeRole: _role,
    **rights_calls.PARTS,
}
