"""Evidence and exports of a real chain: the contracts' own records, the node's own proofs, the validator's own seal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from devnet import installation, qianyin
from devnet.errors import DevnetError
from devnet.rpc import Endpoint
from indexer import events
from indexer.announce import announce, announce_subject
from indexer.deployment import Deployment
from indexer.errors import ExportError
from indexer.events import Sources
from indexer.evidence.anchor import Authority, TrustAnchor, with_authority
from indexer.evidence.anchor_file import read_anchor
from indexer.evidence.bundle import EvidenceBundle, read_bundle, write_bundle
from indexer.evidence.claims import Deposit, Holding
from indexer.evidence.collect import NotProvable, checked, gather, look_since, take_ground
from indexer.evidence.export import verify_export, write_csv, write_jsonl
from indexer.evidence.result import Status
from indexer.evidence.verdict import UNRECOGNISED, Answer, SinceThen, verify
from indexer.follow import Idle
from indexer.keccak import keccak256
from indexer.live import Indexer
from indexer.node import Node
from indexer.store import Projection
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, as_hex
from indexer.wire import write_address
from tests.indexer.evidence.small_chain import FILE, LISTED, MANIFEST, account, sha256, vouched
from tests.vectors.stage import call_data

pytestmark = pytest.mark.node

PERSON, INSTITUTION, OWN = 1, 2, 2
POLICY = (0, 0, 3, False, 1 << PERSON, 1 << events.WorkKind.DERIVED_WORK, 0)


def made_key(name: str) -> LocalAccount:
    return Account.from_key(keccak256(b"test key " + name.encode()))


def address_of(name: str) -> Address:
    return Address(bytes.fromhex(made_key(name).address[2:]))


@dataclass
class House:
    """An installation on a chain of its own: who acts signs, the indexer follows."""

    home: Path
    deployment: Deployment
    node: Node
    projection: Projection
    token: int = 0
    work: Any = ZERO_HASH
    prefix: str = ""
    sent: dict[str, int] = field(default_factory=dict)

    @property
    def sources(self) -> Sources:
        return self.anchor.sources

    @property
    def anchor(self) -> TrustAnchor:
        """What the devnet wrote, and the museum vouched for."""
        written = read_anchor((self.home / "trust-anchor.json").read_bytes())
        bureau = Authority(account("bureau"), "示例省文物局", "Example Bureau")
        return vouched(with_authority(written, bureau), self.who("issuer"), "示例省博物馆", "Example Museum")

    def who(self, name: str) -> Address:
        return address_of(self.prefix + name)

    def act(self, name: str, target: str, *arguments: Any) -> None:
        """Send a transaction of somebody's own and wait until it is in a block."""
        contract, function = target.split(".")
        signer = made_key(self.prefix + name)
        endpoint = Endpoint(self.deployment.rpc[0])
        fields = {
            "to": write_address(self.deployment.contracts[contract].address),
            "data": as_hex(call_data(contract, function, arguments)),
            "gas": 5_000_000,
            "gasPrice": 0,
            "value": 0,
            "chainId": self.deployment.chain_id,
            "nonce": self.sent.get(name, 0),
        }
        self.sent[name] = self.sent.get(name, 0) + 1
        sent = endpoint.call(
            "eth_sendRawTransaction", as_hex(signer.sign_transaction(fields).raw_transaction)
        )
        until = time.monotonic() + 20
        while (receipt := receipt_of(endpoint, sent)) is None:
            assert time.monotonic() < until, f"{target} is in no block"
            time.sleep(0.02)
        assert receipt["status"] == "0x1", target

    def follow(self) -> None:
        step = Indexer(self.node, self.projection, self.deployment).catch_up()
        assert isinstance(step, Idle), step

    def evidence(self, claim: Holding | Deposit, **more: Any) -> EvidenceBundle:
        self.follow()
        with self.projection.view() as view:
            bundle = gather(view, self.node, self.anchor, claim, files=[LISTED], manifest=MANIFEST, **more)
        return checked(bundle, self.anchor)

    def holding(self, name: str) -> Holding:
        return Holding(self.token, self.who(name), self.work)

    def deposit(self) -> Deposit:
        return Deposit(self.work, self.who("issuer"), int(time.time()) + 60)


def receipt_of(endpoint: Endpoint, sent: str) -> dict[str, str] | None:
    """The receipt, or None if it is not known yet; right after a start the node says that with an error."""
    try:
        found: dict[str, str] | None = endpoint.call("eth_getTransactionReceipt", sent)
    except DevnetError as error:
        assert "indexing is in progress" in str(error)  # noqa: PT017
        return None
    return found


def opened(home: Path, chain: str, prefix: str) -> House:
    roles = {role: address_of(prefix + role) for role in qianyin.ROLES}
    deployment = installation.up(home, roles, chain=chain, attached=True, demo=True)
    projection = Projection.open(f"sqlite:///{home / 'index.db'}")
    return House(home, deployment, Node(deployment.rpc), projection, prefix=prefix)


def tell(house: House) -> None:
    """Deposited, issued, handed out."""
    for name, kind in (("issuer", INSTITUTION), ("an", PERSON), ("bo", PERSON)):
        registration = (
            *(as_hex(house.who(name)), kind, OWN, keccak256(name.encode())),
            *(keccak256(b"test"), keccak256(b"test verifier"), 1, bytes(32)),
        )
        house.act("registrar", "IdentityRegistry.register", registration)
    file, manifest = sha256(FILE), sha256(MANIFEST.encode())
    claim = (int(events.WorkKind.DERIVED_WORK), file, manifest, 0, bytes(32), bytes(32), [])
    house.act("issuer", "WorkRegistry.register", claim)
    operation = keccak256(b"operation")
    house.act("issuer", "Collections.create", operation, keccak256(b"about"), POLICY)
    house.work = events.work_id(house.who("issuer"), file, manifest)
    collection = events.collection_id(house.who("issuer"), operation)
    house.act("issuer", "Collections.openEdition", collection, house.work, 1, 5)
    edition = events.edition_id(collection, house.work, 1)
    house.token = events.token_id(edition, 1)
    house.act("issuer", "Collectible.mint", (edition, 1, as_hex(ZERO_ADDRESS)))
    house.act("issuer", "Collectible.distribute", (house.token, as_hex(house.who("an"))))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from living(tmp_path_factory.mktemp("house"), "geth", "")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Somebody else's instance of this very software, with the same story on it."""
    yield from living(tmp_path_factory.mktemp("stranger"), "geth", "stranger's ")


def living(home: Path, chain: str, prefix: str) -> Iterator[House]:
    try:
        house = opened(home, chain, prefix)
        tell(house)
        yield house
        house.projection.close()
        house.node.close()
    finally:
        installation.down(home)


def test_a_real_holding_is_valid_under_the_stamp_of_a_demonstration(house: House):
    bundle = read_bundle(write_bundle(house.evidence(house.holding("an"))))
    verdict = verify(bundle, house.anchor, sha256(FILE))
    assert {check.number: result.status for check, result in verdict.checks} == {
        **dict.fromkeys(range(1, 9), Status.PASSED),
        9: Status.NOT_APPLICABLE,
    }
    assert (verdict.answer, verdict.demo) == (Answer.VALID, True)
    assert [type(act).__name__ for _, act in verdict.history] == [
        "WorkRegistered",
        "EditionOpened",
        "Minted",
        "Distributed",
    ]
    assert "nobody but itself" in verdict.result(6).phrase.en


def test_a_real_deposit_is_valid_and_another_holder_is_not(house: House):
    assert verify(house.evidence(house.deposit()), house.anchor).answer is Answer.VALID
    wrong = verify(house.evidence(house.holding("bo")), house.anchor)
    assert (wrong.answer, wrong.result(7).status) == (Answer.INVALID, Status.FAILED)


def test_further_histories_come_whole(house: House):
    further = [house.sources.party(house.who("issuer")), house.sources.account(house.who("an"))]
    bundle = house.evidence(house.holding("an"), further=further)
    assert len(bundle.histories) == 4
    assert verify(bundle, house.anchor).answer is Answer.VALID


def test_a_strangers_instance_is_consistent_and_not_recognised(house: House, stranger: House):
    """A counterfeiter runs this very software: its evidence holds together, and nobody vouches for it."""
    bundle = stranger.evidence(stranger.holding("an"))
    assert verify(bundle, stranger.anchor).answer is Answer.VALID, "by its own anchor"
    verdict = verify(bundle, house.anchor, sha256(FILE))
    assert (verdict.answer, verdict.headline) == (Answer.INDETERMINATE, UNRECOGNISED)
    posing = replace(bundle, ledger=house.evidence(house.holding("an")).ledger)
    assert verify(posing, house.anchor).answer is Answer.INVALID


@pytest.mark.parametrize("write", [write_jsonl, write_csv])
@pytest.mark.parametrize("whole", [True, False])
def test_a_real_range_is_exported_with_its_ends_tied_to_sealed_blocks(house: House, write: Any, whole: bool):
    house.follow()
    with house.projection.view() as view:
        work = view.find_act(house.sources.work(house.work), events.WorkRegistered)
        assert work is not None
        first_block = 0 if whole else work.record.block_number
        header = announce(view, house.node, house.anchor, first_block, view.as_of.number)
        assert header.first_seq == (0 if whole else work.record.seq)
        assert header.last_seq == view.as_of.count - 1
        lines = list(write(header, view.records(header.first_seq, header.last_seq)))
    summary = verify_export(lines, house.anchor)
    assert (summary.records, summary.complete) == (header.last_seq - header.first_seq + 1, True)
    assert summary.before is not None
    assert summary.after is not None
    assert (summary.before.held, summary.after.held) == (None if whole else True, True)
    with pytest.raises(ExportError):
        verify_export(lines[:5] + lines[6:], house.anchor)


@pytest.mark.parametrize("write", [write_jsonl, write_csv])
def test_everything_of_a_real_party_is_exported_with_its_head(house: House, write: Any):
    house.follow()
    party = house.sources.party(house.who("issuer"))
    with house.projection.view() as view:
        header = announce_subject(view, house.node, house.anchor, party, view.as_of.number)
        records = [entry.record for entry in view.history(party, newest_first=False).items]
    assert len(records) >= 5
    summary = verify_export(write(header, records), house.anchor)
    assert summary.complete
    assert summary.after is not None
    assert summary.after.held is True
    with pytest.raises(ExportError):
        list(write(header, records[1:]))


def test_a_range_without_blocks_of_the_ledger_is_refused(house: House):
    house.follow()
    with house.projection.view() as view:
        for first, last in ((5, 4), (0, house.anchor.ledger.block - 1), (view.as_of.number + 1, 10**6)):
            with pytest.raises(ValueError, match="no blocks"):
                announce(view, house.node, house.anchor, first, last)
        with pytest.raises(ValueError, match="no record"):
            announce_subject(view, house.node, house.anchor, house.sources.token(5), 10**6)


def test_ground_at_hand_gives_the_same_evidence_and_is_refused_when_more_was_recorded(house: House):
    house.follow()
    claim = house.holding("an")
    with house.projection.view() as view:
        ground = take_ground(house.node, house.anchor, view.as_of.settled_number)
    assert ground.final
    assert house.evidence(claim, ground=ground) == house.evidence(claim)
    edition = (events.collection_id(house.who("issuer"), keccak256(b"operation")), house.work, 2, 5)
    house.act("issuer", "Collections.openEdition", *edition)
    assert verify(house.evidence(claim), house.anchor).answer is Answer.VALID
    with pytest.raises(NotProvable, match="stores another head"):
        house.evidence(claim, ground=ground)


def test_what_happened_since_is_looked_up(house: House):
    bundle = house.evidence(house.holding("an"))
    with house.projection.view() as view:
        assert look_since(view, bundle.claim, 5).state is SinceThen.NOT_WITHDRAWN
        assert look_since(view, house.holding("bo"), 5).state is SinceThen.WITHDRAWN
        unknown = replace(house.holding("an"), work_id=ZERO_HASH)
        assert look_since(view, unknown, 5).state is SinceThen.NOT_CHECKED
    house.act("issuer", "WorkRegistry.withdraw", house.work, "登记有误")
    house.follow()
    with house.projection.view() as view:
        since = look_since(view, bundle.claim, 5)
    assert since.state is SinceThen.WITHDRAWN
    verdict = verify(bundle, house.anchor, since=since)
    assert (verdict.answer, verdict.since) == (Answer.VALID, since)
    later = verify(house.evidence(house.holding("an")), house.anchor)
    assert later.since.state is SinceThen.WITHDRAWN, "the records say it themselves"


def test_on_anvil_the_answer_is_indeterminate_and_says_why(tmp_path: Path):
    for house in living(tmp_path, "anvil", "anvil's "):
        verdict = verify(house.evidence(house.holding("an")), house.anchor, sha256(FILE))
        assert verdict.answer is Answer.INDETERMINATE
        assert verdict.result(6).status is Status.NOT_RUN
        assert "不带可供他人核验的签封" in verdict.result(6).phrase.zh
        assert verdict.headline.zh == "无法确认。"
