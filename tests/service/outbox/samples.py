"""Requests for tests: one of each kind, and the usual chain of an object."""

from __future__ import annotations

import hashlib

from indexer.events import Custody, Kind, Measure, Policy, Role, WorkKind
from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.scope import Axis, Scope
from indexer.values import ZERO_HASH, Address, Hash32
from service.files.cid import cid_of
from service.keys import agreements
from service.keys.agreements import Consent, Ownership
from service.keys.operators import Operator
from service.outbox import requests
from service.outbox.attachments import Attachment
from service.outbox.requests import OrderName, Request, RoleStep, SignedAcceptance, TokenTarget

ISSUER, HOLDER, OTHER = (Address(bytes((number,)) * 20) for number in (1, 2, 3))
POLICY = Policy(0, 0, 100, False, 1 << Kind.PERSON | 1 << Kind.INSTITUTION, 0b11110, 0)
ORDER = OrderName("某市中级人民法院", Hash32(b"\x09" * 32), Measure.HOLD, TokenTarget(77))


def word(number: int) -> Hash32:
    """A hash that is easy to tell apart."""
    return Hash32(number.to_bytes(32, "big"))


def attachment(content: bytes, use: str = "manifest") -> Attachment:
    """A small file that goes with a request."""
    sha256 = Hash32(hashlib.sha256(content).digest())
    return Attachment(use, sha256, len(content), cid_of(content), "kubo-default", content=content)


def account(which: Address, number: int = 1) -> requests.RegisterAccount:
    """Register a person's kept account."""
    return requests.RegisterAccount(
        which, Kind.PERSON, Custody.KEPT, word(number), word(1), word(1), 1_700_000_000
    )


def collection(number: int = 1) -> requests.CreateCollection:
    """Create a collection."""
    return requests.CreateCollection(ISSUER, word(number), word(2), POLICY)


def deposit(number: int, *attachments: Attachment) -> requests.Deposit:
    """Deposit a work that is a record without a file."""
    return requests.Deposit(
        ISSUER, WorkKind.CAPTURE_RECORD, word(number), word(number), attachments=attachments
    )


def one_of_each() -> list[Request]:
    """Give a request of every kind."""
    work, made = deposit(5, attachment(b"{}")), collection()
    mint = requests.Mint(made.collection_id, work.work_id, 1, 1, HOLDER)
    signed = SignedAcceptance(2**255, 9, b"\x05" * 65)
    return [
        account(HOLDER),
        work,
        requests.Anchor(ISSUER, word(3), 1000),
        requests.AmendWork(work.work_id, 0, word(6), "更正年代"),
        requests.WithdrawWork(work.work_id, "误存"),
        made,
        requests.AmendCollection(made.collection_id, 0, word(7), "更正"),
        requests.SetPolicy(made.collection_id, 2, POLICY),
        requests.OpenEdition(made.collection_id, work.work_id, 1, 10),
        requests.LowerCap(mint.edition_id, 5),
        mint,
        requests.Distribute(made.collection_id, mint.token_id, HOLDER),
        requests.SubmitGift(mint.token_id, HOLDER, OTHER, 2**256 - 1, 9, b"\x04" * 65, signed),
        requests.GiveFromKept(mint.token_id, HOLDER, OTHER, accept_with_kept_key=True),
        requests.SubmitLoan(mint.token_id, HOLDER, OTHER, 10, 4, 9),
        requests.CancelIntent(HOLDER, 4),
        requests.Annul(mint.token_id, "印刷错误"),
        requests.FileOrder(ORDER, word(8), 1_700_000_000, 2_000_000_000, 1_900_000_000),
        requests.ExecuteOrder(ORDER),
        requests.WithdrawOrder(ORDER, word(8), 12),
        requests.RequestRecovery(HOLDER, OTHER, word(9), 12),
        requests.ConfirmRecovery(HOLDER, OTHER),
        requests.StopRecovery(HOLDER, OTHER, 12),
        requests.SubmitObjection(HOLDER, OTHER, 9, 12, b"\x06" * 65),
        requests.RecoverToken(mint.token_id, HOLDER),
        requests.HandOver(HOLDER, OTHER, 9, b"\x07" * 65),
        requests.Checkpoint(12),
        requests.ChangeRole(Operator.OPERATIONS_GOVERNOR, RoleStep.PROPOSE, Role.ISSUER, OTHER, 12),
        *about_rights(),
    ]


SCOPE = Scope(0b101, 1 << 255 | 1, 1 << 127 | 1, 1 << 31 | 1, 20_000, 2**32 - 1)
OWNED = Ownership((HOLDER, OTHER), (2, 1))
CONSENTS = (
    Consent.signed(HOLDER, b"\x08" * 65),
    Consent(OTHER, b"\x09" * 65, word(10), ISSUER, HOLDER, b"\x0a" * 65),
)


def about_rights() -> list[Request]:
    """Give a request of every kind that is about rights."""
    offer = agreements.Offer(
        *(2**255, ZERO_HASH, 1, OTHER, GrantKind.SOLE, True, SCOPE),
        *(30, word(11), word(12), word(13), 19_000, 9),
    )
    ended = agreements.Termination(word(14), 2, Ground.AGREEMENT, 21_000, "双方同意", 9)
    amended = agreements.GrantAmendment(word(14), 2, SCOPE, "误录", 9)
    return [
        requests.ClaimEstate(agreements.Claim(word(5), SCOPE, OWNED, Alone(366, 3), 20_100, 9), CONSENTS),
        requests.SplitEstate(agreements.Split(7, 1, Axis.TERRITORIES, (1 << 255, 1), 9), CONSENTS),
        requests.MergeEstates(agreements.Merge((7, 2**255), (1, 2), Axis.TIME, 9), CONSENTS),
        requests.AssignEstate(agreements.Assignment(7, 1, OWNED, word(15), word(15), 9), CONSENTS),
        requests.AmendEstate(agreements.EstateAmendment(7, 1, SCOPE, "误录", 9), CONSENTS),
        requests.GrantRights(offer, CONSENTS),
        requests.SurrenderGrant(agreements.Surrender(word(14), 2, 21_000, 9), CONSENTS),
        requests.TerminateGrant(ended, (7, 2**255), CONSENTS),
        requests.AmendGrant(amended, (), CONSENTS),
        requests.ConfirmAttestation(word(16), OTHER, OTHER, b"\x0b" * 65),
        requests.WithdrawConsent(word(16), HOLDER),
        requests.RecordMoralRights(ISSUER, word(5), OTHER, 0b1111, word(17), 12),
        requests.ContestRights(ISSUER, word(5), ZERO_HASH, word(18), "并非作者授权", 12),
        requests.WithdrawContest(ISSUER, word(5), "已澄清", 12),
    ]


def chain(number: int, made: requests.CreateCollection, to: Address) -> list[Request]:
    """Deposit, open an edition, mint and distribute: everything that one object takes."""
    work = deposit(number)
    edition = requests.OpenEdition(made.collection_id, work.work_id, 1, 1)
    mint = requests.Mint(made.collection_id, work.work_id, 1, 1)
    return [work, edition, mint, requests.Distribute(made.collection_id, mint.token_id, to)]
