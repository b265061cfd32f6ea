"""Every kind of request about rights, carried out by the real contracts and recognised in the projection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from typing import Any

import pytest
from eth_abi.abi import encode

from devnet.qianyin import Terms
from indexer.china import china_day
from indexer.events import Custody, Kind, Measure
from indexer.keccak import keccak256
from indexer.rights.acts import Alone, GrantKind, Ground
from indexer.rights.codes import LANGUAGES, MEDIA, TERRITORIES
from indexer.rights.scope import NO_END, Axis, Scope, whole_world
from indexer.values import ZERO_HASH, Address, Hash32
from indexer.words import solidity_type
from service.keys import agreements, curve
from service.keys.agreements import Agreement, Consent, Ownership, PaperAttested
from service.keys.intents import digest
from service.keys.operators import Operator
from service.keys.secret import Secret
from service.outbox import naming, requests
from service.outbox.calls import part
from service.outbox.naming import Asked, Case
from service.outbox.parts import Circumstances
from service.outbox.requests import (
    AssignmentTarget,
    EstateTarget,
    FileOrder,
    GrantTarget,
    OrderName,
    Request,
    RightsTarget,
    Target,
)
from tests.devnet_fixtures import LiveNode
from tests.service.outbox.house import House as Plain
from tests.service.outbox.house import build, outcomes, settled
from tests.service.outbox.samples import about_rights, word

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]
NOW = int(time.time())
FAR = NOW + 30 * 86_400
TODAY = china_day(NOW)
JAPANESE = Scope(
    1 << 11, TERRITORIES.mask(["JP"]), LANGUAGES.mask(["ja"]), MEDIA.mask(["ebook"]), TODAY, TODAY + 3_650
)


@dataclass
class House(Plain):
    """A house with two authors, one of whom has a key of its own, and two houses that publish."""

    wallet: Secret | None = None

    @property
    def ann(self) -> Address:
        """An author whose key is kept here."""
        return self.account("ann")

    @property
    def ben(self) -> Address:
        """An author with a key of its own."""
        assert self.wallet is not None
        return curve.address_of(self.wallet)

    def do(self, **wanted: Request) -> None:
        """Ask, and let it be carried out."""
        assert self.outcomes(**wanted) == settled(list(wanted))

    def outcomes(self, **wanted: Request) -> dict[str, str]:
        """Ask, and say what became of it."""
        ids = self.accept({f"{len(self.keys)} {name}": one for name, one in wanted.items()})
        self.keys += ids.values()
        self.settle()
        return dict(zip(wanted, outcomes(self, ids).values(), strict=True))

    def sign(self, who: Address, intent: Agreement | agreements.Confirmation) -> bytes:
        """Sign as a wallet, the institution, or with a kept key."""
        named = digest(self.office.names.consents, intent)
        if who == self.issuer:
            return self.office.vault.sign_as_operator(Operator.ISSUER, named)
        if self.wallet is not None and who == self.ben:
            return curve.sign(self.wallet, named)
        with self.office.database.read() as connection:
            return self.office.vault.sign_as_kept(connection, who, named)

    def agreed(self, agreement: Agreement, *who: Address) -> tuple[Consent, ...]:
        """Let some agree, in order."""
        return tuple(Consent.signed(one, self.sign(one, agreement)) for one in who)

    def intent(self, agreement: Agreement) -> Hash32:
        """The digest that all sign."""
        return digest(self.office.names.consents, agreement)

    def order(self, number: int, measure: Measure, target: Target, reason: str = "") -> None:
        """File an order and execute it."""
        name = OrderName("某市中级人民法院", word(number), measure, target)
        until = FAR if measure is Measure.HOLD else 0
        filed = FileOrder(name, word(1), NOW - 60, FAR, until)
        self.do(file=filed, execute=requests.ExecuteOrder(name, reason=reason))

    def count(self) -> int:
        """The ledger's count."""
        self.indexer.catch_up()
        with self.office.projection.view() as view:
            return view.as_of.count


@pytest.fixture
def house(geth_node: LiveNode) -> Iterator[House]:
    """A house on one validator."""
    plain = build(geth_node, Terms(governance_delay=1, recovery_wait=1))
    made = House(plain.node, plain.settings, plain.deployment, wallet=curve.new_key())
    yield made
    made.close()


def founded(house: House) -> requests.Deposit:
    """Register everybody, and deposit a work."""
    book = house.deposit(90)
    house.do(
        institution=house.registration(house.issuer, Kind.INSTITUTION),
        book=book,
        rival=house.deposit(91),
        ann=house.registration(house.ann),
        ben=replace(house.registration(house.ben), custody=Custody.OWN),
        first=house.registration(house.account("first")),
        second=house.registration(house.account("second")),
    )
    return book


def claim(house: House, work_id: Hash32, scope: Scope | None = None) -> agreements.Claim:
    """Claim rights for both authors."""
    owned = Ownership((house.ann, house.ben), (1, 1))
    box = scope or whole_world(TODAY, NO_END)
    return agreements.Claim(work_id, box, owned, Alone(400, 2), 0, FAR)


def offer(of: int | Hash32, revision: int, licensee: Address, **changes: Any) -> agreements.Offer:
    """Offer the Japanese e-book for ten years."""
    estate = of if isinstance(of, int) else 0
    parent = of if isinstance(of, bytes) else ZERO_HASH
    made = agreements.Offer(
        *(estate, parent, revision, licensee, GrantKind.EXCLUSIVE, True, JAPANESE),
        *(90, ZERO_HASH, word(50), word(50), 0, FAR),
    )
    return replace(made, **changes)


def test_every_kind_of_request_about_rights_is_settled_with_a_record_of_its_own(house: House) -> None:
    book = founded(house)
    owners, whole = (house.ann, house.ben), claim(house, book.work_id)
    world = naming.made_estate(house.intent(whole))
    house.do(claim=requests.ClaimEstate(whole, house.agreed(whole, house.issuer, *owners)))
    narrower = agreements.EstateAmendment(
        world, 1, replace(whole.scope, rights=0b1111_1111_1111), "误录", FAR
    )
    house.do(amend=requests.AmendEstate(narrower, house.agreed(narrower, house.issuer, *owners)))
    split = agreements.Split(world, 2, Axis.RIGHTS, (0b1000_0000_0000, 0b0111_1111_1111), FAR)
    house.do(split=requests.SplitEstate(split, house.agreed(split, *owners)))
    translated, rest = (naming.made_estate(house.intent(split), place) for place in (0, 1))
    grant = _grant(house, translated, owners)
    _contest(house, book.work_id)
    _paper(house, translated)
    _orders(house, book.work_id, translated, grant)
    merge = agreements.Merge((translated, rest), (_revision(house, translated), 1), Axis.RIGHTS, FAR)
    # After an order gave one part to another, the two have different owners.
    assert house.outcomes(merge=requests.MergeEstates(merge, house.agreed(merge, *owners))) == {
        "merge": "not-mergeable"
    }
    _merge(house, rest, owners)
    assert {house.operation(one).kind for one in house.keys} >= {one.KIND for one in about_rights()}
    seqs = [one.seq for one in map(house.operation, house.keys) if one.seq is not None]
    assert len(set(seqs)) == len(seqs)
    _check_gas(house)


def _grant(house: House, estate: int, owners: tuple[Address, ...]) -> Hash32:
    first, second = house.account("first"), house.account("second")
    wide = replace(JAPANESE, until=JAPANESE.until + 400)
    made = offer(estate, 1, first, scope=wide)
    house.do(grant=requests.GrantRights(made, house.agreed(made, *owners, first)))
    grant_id = house.intent(made)
    amended = agreements.GrantAmendment(grant_id, 1, JAPANESE, "误录期限", FAR)
    consents = house.agreed(amended, *owners, first)
    house.do(amend=requests.AmendGrant(amended, (estate,), consents))
    below = offer(grant_id, 2, second, kind=GrantKind.NON_EXCLUSIVE, sublicensable=False)
    house.do(sublicense=requests.GrantRights(below, house.agreed(below, first, second)))
    given_up = agreements.Surrender(house.intent(below), 1, TODAY + 10, FAR)
    house.do(surrender=requests.SurrenderGrant(given_up, house.agreed(given_up, second)))
    alone = offer(
        estate,
        _revision(house, estate),
        second,
        kind=GrantKind.NON_EXCLUSIVE,
        sublicensable=False,
        scope=replace(JAPANESE, territories=TERRITORIES.mask(["KR"]), until=TODAY + 300),
    )
    house.do(alone=requests.GrantRights(alone, house.agreed(alone, house.ann, second)))
    ended = agreements.Termination(house.intent(alone), 1, Ground.AGREEMENT, TODAY + 5, "双方同意", FAR)
    consents = house.agreed(ended, *owners, second)
    house.do(terminate=requests.TerminateGrant(ended, (estate,), consents))
    return grant_id


def _contest(house: House, work_id: Hash32) -> None:
    moral = requests.RecordMoralRights(house.issuer, work_id, house.ann, 0b1111, word(51), house.count())
    rival = house.deposit(91).work_id
    for _ in range(2):
        contested = requests.ContestRights(house.issuer, work_id, rival, word(52), "重复", house.count())
        house.do(moral=moral, contest=contested)
        house.do(over=requests.WithdrawContest(house.issuer, work_id, "已澄清", house.count()))
        moral = replace(moral, since=house.count())


def _paper(house: House, estate: int) -> None:
    """An author whose key is kept signed by hand; later it confirms. And somebody takes a consent back."""
    second = house.account("second")
    made = offer(
        estate,
        _revision(house, estate),
        second,
        scope=replace(JAPANESE, territories=TERRITORIES.mask(["FR"])),
    )
    intent = house.intent(made)
    attested = PaperAttested(intent, house.ann, word(60))
    named = digest(house.office.names.consents, attested)
    hands = [house.office.vault.operator(one) for one in (Operator.ISSUER, Operator.REGISTRAR)]
    signed = [
        house.office.vault.sign_as_operator(one, named) for one in (Operator.ISSUER, Operator.REGISTRAR)
    ]
    paper = Consent(house.ann, signed[0], word(60), hands[0], hands[1], signed[1])
    others = house.agreed(made, house.ben, second)
    house.do(grant=requests.GrantRights(made, (paper, *others)))
    house.do(confirm=requests.ConfirmAttestation(intent, house.ann, house.ann))
    house.indexer.catch_up()
    with house.office.projection.view() as view:
        known = view.attestation(intent, house.ann)
    assert known is not None
    assert known.state.confirmed
    never = house.intent(replace(made, revision=99))
    signature = house.sign(house.ben, agreements.Withdrawal(never, house.ben))
    house.do(
        own=requests.WithdrawConsent(never, house.ben, signature),
        kept=requests.WithdrawConsent(never, house.ann),
    )


def _orders(house: House, work_id: Hash32, estate: int, grant: Hash32) -> None:
    heir = Ownership((house.account("first"), house.ben), (1, 3))
    for number, target in enumerate((EstateTarget(estate), RightsTarget(work_id), GrantTarget(grant))):
        house.order(10 + number, Measure.HOLD, target)
        house.order(20 + number, Measure.RELEASE, target)
    house.order(30, Measure.TERMINATE, GrantTarget(grant), reason="依判决")
    house.order(31, Measure.ASSIGN, AssignmentTarget(estate, heir))


def _merge(house: House, estate: int, owners: tuple[Address, ...]) -> None:
    split = agreements.Split(estate, 1, Axis.TIME, (TODAY + 100,), FAR)
    house.do(split=requests.SplitEstate(split, house.agreed(split, *owners)))
    parts = tuple(naming.made_estate(house.intent(split), place) for place in (0, 1))
    merge = agreements.Merge(parts, (1, 1), Axis.TIME, FAR)
    house.do(merge=requests.MergeEstates(merge, house.agreed(merge, *owners)))
    joined = naming.made_estate(house.intent(merge))
    new = Ownership((house.account("second"),), (1,))
    assigned = agreements.Assignment(joined, 1, new, word(70), word(70), FAR)
    consents = house.agreed(assigned, *owners, house.account("second"))
    house.do(assign=requests.AssignEstate(assigned, consents))


def _revision(house: House, estate: int) -> int:
    house.indexer.catch_up()
    with house.office.projection.view() as view:
        known = view.estate(estate)
    assert known is not None
    return known.state.revision


def _check_gas(house: House) -> None:
    """The bounds are at least what was taken, and a third more."""
    case = Case(house.office.names, Asked("", 0, 0))
    at = Circumstances(case, lambda *_: bytes(65), lambda _: Address(bytes(20)))
    for one in map(house.operation, house.keys):
        if one.transaction is None or not isinstance(one.request, tuple(map(type, about_rights()))):
            continue
        receipt = house.node.call("eth_getTransactionReceipt", "0x" + one.transaction.hex())
        assert int(receipt["gasUsed"], 16) * 4 // 3 <= part(one.request, at).gas + 300_000, one.kind


def test_what_is_refused_says_why_and_names_the_grant_in_the_way(house: House) -> None:
    book = founded(house)
    owners, whole = (house.ann, house.ben), claim(house, book.work_id)
    estate = naming.made_estate(house.intent(whole))
    house.do(claim=requests.ClaimEstate(whole, house.agreed(whole, house.issuer, *owners)))
    first, second = house.account("first"), house.account("second")
    made = offer(estate, 1, first)
    house.do(grant=requests.GrantRights(made, house.agreed(made, *owners, first)))
    again = replace(whole, deadline=FAR - 1)
    clash = offer(estate, 2, second, scope=replace(JAPANESE, rights=1 << 11 | 1))
    stale = offer(estate, 1, second, scope=replace(JAPANESE, territories=TERRITORIES.mask(["KR"])))
    unsigned = replace(stale, revision=2)
    late = replace(unsigned, deadline=NOW - 1)
    taken_back = replace(unsigned, agreement=word(99))
    withdrawn = requests.WithdrawConsent(house.intent(taken_back), house.ann)
    house.do(withdrawn=withdrawn)
    found = house.outcomes(
        again=requests.ClaimEstate(again, house.agreed(again, house.issuer, *owners)),
        clash=requests.GrantRights(clash, house.agreed(clash, *owners, second)),
        stale=requests.GrantRights(stale, house.agreed(stale, *owners, second)),
        too_few=requests.GrantRights(unsigned, house.agreed(unsigned, house.ann)),
        wrong=requests.GrantRights(unsigned, house.agreed(late, *owners, second)),
        late=requests.GrantRights(late, house.agreed(late, *owners, second)),
        taken_back=requests.GrantRights(taken_back, house.agreed(taken_back, *owners, second)),
        over=requests.SurrenderGrant(
            never := agreements.Surrender(house.intent(made), 1, TODAY + 9_999, FAR),
            house.agreed(never, first),
        ),
        attested=requests.ConfirmAttestation(word(5), house.ann, house.ann),
        contest=requests.WithdrawContest(house.issuer, book.work_id, "x", house.count()),
    )
    assert found == {
        "again": "claim-overlaps",
        "clash": "grant-clashes",
        "stale": "revision-stale",
        "too_few": "consents-mismatch",
        "wrong": "signature-invalid",
        "late": "consent-expired",
        "taken_back": "consent-taken-back",
        "over": "until-out-of-range",
        "attested": "attestation-unknown",
        "contest": "contest-unknown",
    }
    reasons = [one.reason for one in map(house.operation, house.keys) if one.reason is not None]
    [clashed] = [one for one in reasons if one.code == "grant-clashes"]
    assert clashed.facts == {"grantId": "0x" + house.intent(made).hex()}
    assert clashed.facts["grantId"] in clashed.zh
    [ranged] = [one for one in reasons if one.code == "until-out-of-range"]
    assert time.strftime("%Y-", time.gmtime(NOW + 8 * 3_600)) in ranged.zh, "days are written as days"


DIGESTS = {
    "claim": ("rights", "claimDigest"),
    "split": ("rights", "splitDigest"),
    "merge": ("rights", "mergeDigest"),
    "assignment": ("rights", "assignmentDigest"),
    "estate amendment": ("rights", "amendmentDigest"),
    "offer": ("grants", "offerDigest"),
    "surrender": ("grants", "surrenderDigest"),
    "termination": ("grants", "terminationDigest"),
    "grant amendment": ("grants", "amendmentDigest"),
}


def test_the_contracts_name_acts_as_we_do(house: House) -> None:
    """The digest that parties sign is the contracts' own, for each of the nine."""
    agreed = [one.agreement for one in about_rights() if hasattr(one, "agreement")]
    for (source, function), agreement in zip(DIGESTS.values(), agreed, strict=True):
        assert _asked(house, source, function, agreement) == house.intent(agreement), function


def test_an_order_to_assign_is_about_the_estate_and_its_new_owners(house: House) -> None:
    owned = Ownership((house.ann, house.issuer), (3, 1))
    target = AssignmentTarget(2**255 + 7, owned)
    signature = "assignmentTarget(uint256,(address[],uint32[]))"
    values = (target.estate_id, (owned.owners, owned.parts))
    data = keccak256(signature.encode())[:4] + encode(("uint256", "(address[],uint32[])"), values)
    answer = _called(house, house.office.names.sources.rights, data)
    assert answer == naming.target_subject(target, house.office.names.sources)


def _asked(house: House, source: str, function: str, agreement: Agreement) -> Hash32:
    kind, values = solidity_type(type(agreement)), astuple(agreement)
    if function == "terminationDigest" or (source, function) == ("grants", "amendmentDigest"):
        kind, values = f"{kind.removesuffix(')')},uint256[])", (*values, ())
    data = keccak256(f"{function}({kind})".encode())[:4] + encode((kind,), (values,))
    return _called(house, getattr(house.office.names.sources, source), data)


def _called(house: House, to: Address, data: bytes) -> Hash32:
    answer = house.node.call("eth_call", {"to": "0x" + to.hex(), "data": "0x" + data.hex()}, "latest")
    return Hash32(bytes.fromhex(answer[2:]))
