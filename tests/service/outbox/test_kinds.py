"""Every kind of request, carried out by the real contracts and recognised in the projection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from devnet.qianyin import Terms
from indexer.events import Custody, Measure, Policy, Role, WorkKind
from indexer.keccak import keccak256
from indexer.values import Address, Hash32
from indexer.words import words
from service.keys import curve, intents
from service.keys.intents import Intent
from service.keys.operators import Operator
from service.keys.secret import Secret
from service.outbox import naming, requests
from service.outbox.calls import part
from service.outbox.naming import Asked, Case
from service.outbox.parts import Circumstances
from service.outbox.requests import (
    KINDS,
    AccountTarget,
    FileOrder,
    OrderName,
    Request,
    RoleStep,
    SignedAcceptance,
    Target,
    TokenTarget,
)
from tests.devnet_fixtures import LiveNode
from tests.service.outbox.house import House as Plain
from tests.service.outbox.house import build, outcomes, settled
from tests.service.outbox.samples import about_rights, word

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]
NOW = int(time.time())
FAR = NOW + 30 * 86_400
LENDING = Policy(0, 0, 100, True, 0b110, 0b11110, 86_400)


class House(Plain):
    """A house that remembers everything that was asked."""

    def do(self, **wanted: Request) -> None:
        """Ask, and let it be carried out."""
        ids = self.accept({f"{len(self.keys)} {name}": one for name, one in wanted.items()})
        self.keys += ids.values()
        self.settle()
        assert outcomes(self, ids) == settled(list(ids))

    def signed(self, key: Secret, intent: Intent) -> bytes:
        """Sign as a wallet does."""
        names = self.office.names
        domain = names.collectible if intent.CONTRACT == "Collectible" else names.identities
        return curve.sign(key, intents.digest(domain, intent))

    def order(self, number: int, measure: Measure, target: Target, to: Address | None = None) -> None:
        """File an order and execute it."""
        name = OrderName("某市中级人民法院", word(number), measure, target)
        until = FAR if measure in (Measure.HOLD, Measure.SUSPEND) else 0
        filed = FileOrder(name, word(1), NOW - 60, FAR, until, to or Address(bytes(20)))
        reason = "依判决" if measure is Measure.ANNUL else ""
        self.do(file=filed, execute=requests.ExecuteOrder(name, filed.to, reason))

    def seqs(self) -> list[int | None]:
        """The places in the ledger of all that was asked."""
        return [self.operation(one).seq for one in self.keys]


@pytest.fixture
def house(geth_node: LiveNode) -> Iterator[House]:
    """A house whose waiting times are as short as the contracts allow."""
    plain = build(geth_node, Terms(governance_delay=1, recovery_wait=1))
    made = House(plain.node, plain.settings, plain.deployment)
    yield made
    made.close()


def test_every_kind_of_request_is_settled_with_a_record_of_its_own(house: House) -> None:
    made = replace(house.collection, policy=LENDING)
    ann, ben = house.account("ann"), house.account("ben")
    wallet, later = curve.new_key(), curve.new_key()
    own, new = curve.address_of(wallet), curve.address_of(later)
    salt, file = word(77), word(78)
    leaf = keccak256(keccak256(words(house.issuer, file, salt)))
    anchor = requests.Anchor(house.issuer, leaf, 1)
    book = requests.Deposit(house.issuer, WorkKind.PUBLICATION, file, word(79), 0, anchor.anchor_id, salt, ())
    house.do(
        institution=house.founding()["institution"],
        collection=made,
        anchor=anchor,
        book=book,
        mistake=house.deposit(80),
        ann=house.registration(ann),
        ben=house.registration(ben),
        own=replace(house.registration(own), custody=Custody.OWN),
    )
    mints = [requests.Mint(made.collection_id, book.work_id, 1, serial) for serial in range(1, 6)]
    tokens = [one.token_id for one in mints]
    house.do(
        edition=requests.OpenEdition(made.collection_id, book.work_id, 1, 9),
        lower=requests.LowerCap(mints[0].edition_id, 6),
        amend=requests.AmendWork(book.work_id, 0, word(81), "更正年代"),
        amend_again=requests.AmendWork(book.work_id, 1, word(79), "恢复"),
        amend_back=requests.AmendWork(book.work_id, 2, word(81), "更正年代"),
        withdraw=requests.WithdrawWork(house.deposit(80).work_id, "误存"),
        describe=requests.AmendCollection(made.collection_id, 0, word(82), "更正"),
        policy=requests.SetPolicy(made.collection_id, 2, LENDING),
        **{f"mint{number}": one for number, one in enumerate(mints)},
        minted_for=requests.Mint(made.collection_id, book.work_id, 1, 6, ann),
        **{
            f"hand{number}": requests.Distribute(made.collection_id, tokens[number], ann)
            for number in range(4)
        },
        annul=requests.Annul(tokens[4], "印刷错误"),
    )
    _give_and_lend(house, tokens, (ann, ben, own), wallet)
    _order(house, tokens, (ann, ben))
    _recover(house, tokens[3], ann)
    handed = intents.HandOver(ben, new, FAR)
    house.do(
        hand_over=requests.HandOver(ben, new, FAR, house.signed(later, handed)),
        checkpoint=requests.Checkpoint(_count(house)),
    )
    _govern(house, new)
    seqs = house.seqs()
    assert len(set(seqs)) == len(seqs)
    others = {one.KIND for one in about_rights()}  # test_rights_kinds.py has them.
    assert {house.operation(one).kind for one in house.keys} == set(KINDS) - others
    _check_gas(house)


def _give_and_lend(
    house: House, tokens: list[int], who: tuple[Address, Address, Address], wallet: Secret
) -> None:
    ann, ben, own = who
    accepted = house.signed(wallet, intents.Acceptance(tokens[0], ann, own, 5, FAR))
    house.do(
        gift=requests.GiveFromKept(tokens[0], ann, own, SignedAcceptance(5, FAR, accepted)),
        kept_gift=requests.GiveFromKept(tokens[1], ann, ben, accept_with_kept_key=True),
    )
    given = intents.Gift(tokens[0], own, ben, 6, FAR)
    house.do(
        own_gift=requests.SubmitGift(
            tokens[0], own, ben, 6, FAR, house.signed(wallet, given), accept_with_kept_key=True
        ),
        cancel=requests.CancelIntent(ben, 2**256 - 1),
        own_cancel=requests.CancelIntent(own, 7, house.signed(wallet, intents.Cancel(own, 7))),
        loan=requests.SubmitLoan(tokens[1], ben, ann, int(time.time()) + 3600, 8, FAR),
    )


def _order(house: House, tokens: list[int], who: tuple[Address, Address]) -> None:
    ann, ben = who
    house.order(1, Measure.HOLD, TokenTarget(tokens[0]))
    house.order(2, Measure.RELEASE, TokenTarget(tokens[0]))
    house.order(3, Measure.FORCED_TRANSFER, TokenTarget(tokens[0]), ann)
    house.order(4, Measure.ANNUL, TokenTarget(tokens[2]))
    house.order(5, Measure.SUSPEND, AccountTarget(ben))
    house.order(6, Measure.RESTORE, AccountTarget(ben))
    dropped = OrderName("某市中级人民法院", word(7), Measure.HOLD, TokenTarget(tokens[1]))
    house.do(
        file=FileOrder(dropped, word(1), NOW - 60, FAR, FAR),
        withdraw=requests.WithdrawOrder(dropped, word(1), _count(house)),
    )
    again = naming.order_id(dropped, house.office.names.sources)
    house.do(
        file=FileOrder(dropped, word(1), NOW - 60, FAR, FAR, corrects=again),
        withdraw=requests.WithdrawOrder(dropped, word(1), _count(house)),
    )


def _recover(house: House, token: int, lost: Address) -> None:
    found = curve.address_of(curve.new_key())
    house.do(ask=requests.RequestRecovery(lost, found, word(1), _count(house)))
    house.do(stop=requests.StopRecovery(lost, found, _count(house)))
    house.do(ask=requests.RequestRecovery(lost, found, word(1), _count(house)))
    house.do(objection=requests.SubmitObjection(lost, found, FAR, _count(house)))
    house.do(ask=requests.RequestRecovery(lost, found, word(1), _count(house)))
    time.sleep(2.1)
    house.do(confirm=requests.ConfirmRecovery(lost, found), token=requests.RecoverToken(token, lost))


def _govern(house: House, newcomer: Address) -> None:
    operations, regulation = Operator.OPERATIONS_GOVERNOR, Operator.REGULATION_GOVERNOR

    def step(by: Operator, what: RoleStep, role: Role, account: Address) -> None:
        house.do(**{str(len(house.keys)): requests.ChangeRole(by, what, role, account, _count(house))})

    stranger = Address(b"\x5a" * 20)
    step(operations, RoleStep.PROPOSE, Role.ISSUER, stranger)
    step(operations, RoleStep.CANCEL, Role.ISSUER, stranger)
    step(operations, RoleStep.PROPOSE, Role.ISSUER, stranger)
    time.sleep(2.1)
    step(operations, RoleStep.ENACT, Role.ISSUER, stranger)
    step(operations, RoleStep.REVOKE, Role.ISSUER, stranger)
    step(regulation, RoleStep.PROPOSE, Role.OPERATIONS_GOVERNOR, newcomer)
    step(operations, RoleStep.CONFIRM, Role.OPERATIONS_GOVERNOR, newcomer)


def _check_gas(house: House) -> None:
    """The bounds by which requests share transactions are at least what they took, and a third more."""
    bounds: dict[Hash32, int] = {}
    at = Circumstances(
        Case(house.office.names, Asked("", 0, 0)), lambda *_: bytes(65), lambda _: Address(bytes(20))
    )
    for one in map(house.operation, house.keys):
        assert one.transaction is not None
        bounds[one.transaction] = bounds.get(one.transaction, 300_000) + part(one.request, at).gas
    for transaction, bound in bounds.items():
        receipt = house.node.call("eth_getTransactionReceipt", "0x" + transaction.hex())
        assert int(receipt["gasUsed"], 16) * 4 // 3 <= bound


def _count(house: House) -> int:
    """The ledger's count."""
    house.indexer.catch_up()
    with house.office.projection.view() as view:
        return view.as_of.count


def test_the_contract_names_a_gift_as_we_do(house: House) -> None:
    """The digest of an intent is the contract's own."""
    gift = intents.Gift(7, Address(b"\x01" * 20), Address(b"\x02" * 20), 3, 9)
    selector = keccak256(b"giftDigest((uint256,address,address,uint256,uint64))")[:4]
    data = selector + words(gift.token_id, gift.from_, gift.to, gift.nonce, gift.deadline)
    answer = house.node.call(
        "eth_call",
        {"to": "0x" + house.office.names.sources.collectible.hex(), "data": "0x" + data.hex()},
        "latest",
    )
    assert Hash32(bytes.fromhex(answer[2:])) == intents.digest(house.office.names.collectible, gift)
