"""The numbered checks, the same in prose, code, page and court report. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from indexer.errors import ProofError
from indexer.evidence import trie
from indexer.evidence.anchor import TrustAnchor
from indexer.evidence.bundle import EvidenceBundle
from indexer.evidence.decoded import decoded
from indexer.evidence.judgement import Judgement, Outcome
from indexer.evidence.phrase import Phrase
from indexer.evidence.replay import Replay, replay
from indexer.evidence.result import Result, Status, failed, not_applicable, not_run, passed
from indexer.evidence.seals import judge
from indexer.evidence.seals.finding import Binding, Finding
from indexer.evidence.slots import subject_slot
from indexer.evidence.stated_files import differing, stated_files
from indexer.head import advance
from indexer.state import Work
from indexer.values import ZERO_HASH, Hash32, as_hex
from indexer.wire import write_address


@dataclass(frozen=True)
class Case:
    """What the checks look at: the bundle, what the reader pinned, and the file in the reader's hand.

    Attributes:
        anchor: None where the reader has none.
        file_digest: SHA-256 of the file that was given to compare, or None.
    """

    bundle: EvidenceBundle
    anchor: TrustAnchor | None
    file_digest: Hash32 | None

    @cached_property
    def pinned(self) -> TrustAnchor | None:
        """The anchor, if it is about the ledger that the bundle says it comes from."""
        anchor, stated = self.anchor, self.bundle.ledger
        if anchor is None:
            return None
        mine = (anchor.chain_id, anchor.genesis_hash, anchor.ledger.address)
        return anchor if mine == (stated.chain_id, stated.genesis_hash, stated.address) else None

    @cached_property
    def finding(self) -> Finding | None:
        """What the seals say, where validators are pinned."""
        if self.pinned is None:
            return None
        return judge(self.bundle.header, self.bundle.following, self.pinned.consensus)

    @cached_property
    def replay(self) -> Replay:
        """The replay of the histories that the bundle carries."""
        carried = frozenset(one.subject for one in self.bundle.histories)
        return replay((one.record for one in self.bundle.records), carried, self.bundle.ledger.sources)

    @cached_property
    def judgement(self) -> Judgement:
        """What the replay says about the claim."""
        return self.bundle.claim.judge(self.replay, self.bundle.ledger.sources)

    @cached_property
    def work(self) -> Work | None:
        """The work that the claim is about, as of the block."""
        return self.replay.state(self.bundle.ledger.sources.work(self.bundle.claim.work_id), Work)


@dataclass(frozen=True, slots=True)
class Check:
    """One of the numbered checks."""

    number: int
    name: str
    title: Phrase
    run: Callable[[Case], Result]


def _file(case: Case) -> Result:
    listed = {one.sha256 for one in case.bundle.files}
    if case.work is None:
        return not_run("记录中没有可供比对的文件摘要。", "The records give no file digest to compare with.")
    if listed and case.work.file_digest not in listed:
        return failed(
            "证据包所列文件不是存证的文件。", "The files that the bundle lists are not the one deposited."
        )
    if case.file_digest is None:
        return not_applicable(
            "没有提供文件，未作比对；结论不涉及任何文件。",
            "No file was given, so none was compared; the verdict says nothing about any file.",
        )
    if case.file_digest != case.work.file_digest:
        return failed(
            "所提供的文件不是存证的文件。",
            "The file given is not the one deposited.",
            f"given {as_hex(case.file_digest)}, deposited {as_hex(case.work.file_digest)}",
        )
    return passed("所提供的文件与存证的文件逐位相同。", "The file given is the one deposited, bit for bit.")


def _manifest(case: Case) -> Result:
    if case.work is None or case.bundle.manifest is None:
        return not_run(
            "缺少说明，或记录中没有其摘要。", "The manifest is missing, or the records give no digest of it."
        )
    digest = hashlib.sha256(case.bundle.manifest.encode("utf-8")).digest()
    if digest != case.work.manifest_digest:
        return failed(
            "说明与链上摘要不一致。",
            "The manifest is not the one on chain.",
            f"bundle {digest.hex()}, chain {case.work.manifest_digest.hex()}",
        )
    return _listed(case, case.bundle.manifest)


def _listed(case: Case, manifest: str) -> Result:
    """Compare the files that the bundle lists with those that the manifest names; the chain says only its digest."""
    stated = stated_files(manifest)
    if stated is None and case.bundle.files:
        return passed(
            "说明与链上摘要一致；说明没有列出文件，所附文件的标识未与之比对。",
            "The manifest is the one on chain. It names no files, so those listed were not compared with it.",
        )
    found = differing(case.bundle.files, stated or ())
    if found is not None:
        return failed(
            "证据包所列文件与说明所载不一致。",
            "The files that the bundle lists are not as the manifest names them.",
            found,
        )
    return passed("说明与链上摘要一致。", "The manifest is the one on chain.")


def _records(case: Case) -> Result:
    records = [one.record for one in case.bundle.records]
    carried = {one.subject for one in case.bundle.histories}
    if not carried.issuperset(case.bundle.claim.subjects(case.bundle.ledger.sources)):
        return failed("缺少此主张所需的记录。", "A history that the claim needs is missing.")
    for record in records:
        if carried.isdisjoint(record.subjects):
            return failed(
                f"第 {record.seq} 条记录不属于所附的任何历史。",
                f"Record {record.seq} belongs to none of the histories.",
            )
    heads: dict[Hash32, Hash32] = {}
    advance(ZERO_HASH, heads, records)
    for one in case.bundle.histories:
        if heads.get(one.subject, ZERO_HASH) != one.head:
            return failed(
                "记录有遗漏、增添、改动或次序变化。",
                "A record was left out, added, changed or moved.",
                f"the records of {as_hex(one.subject)} lead to another head",
            )
    return passed(
        f"{len(records)} 条记录一条不少、次序未改。",
        f"{len(records)} records, none left out, added, changed or moved.",
    )


def _storage(case: Case) -> Result:
    for one in case.bundle.histories:
        try:
            found = trie.prove_storage(case.bundle.storage_root, subject_slot(one.subject), one.proof)
        except ProofError as error:
            return failed(
                "链头不在账本的存储中。", "The head is not in the storage of the ledger.", str(error)
            )
        if found.to_bytes(32, "big") != one.head or one.head == ZERO_HASH:
            return failed(
                "账本存储中的链头与所附的不同。",
                "The ledger stores another head.",
                f"{as_hex(one.subject)} has {found:#066x}",
            )
    return passed("各链头都在账本的存储中。", "Every head is in the storage of the ledger.")


def _state(case: Case) -> Result:
    bundle, pinned = case.bundle, case.pinned
    try:
        account = trie.prove_account(bundle.header.state_root, bundle.ledger.address, bundle.account_proof)
    except ProofError as error:
        return failed(
            "账本的存储不在区块的状态中。", "The storage is not in the state of the block.", str(error)
        )
    if account is None or account.storage_root != bundle.storage_root or account.code_hash == trie.EMPTY_CODE:
        return failed("区块状态中没有这样的账本。", "The state of the block holds no such ledger.")
    if pinned and (account.code_hash, bundle.ledger.sources) != (pinned.ledger.code_hash, pinned.sources):
        return failed(
            "账本的代码或其来源合约与信任锚所列不同。",
            "The code of the ledger, or the contracts it takes records from, are not those that the anchor pins.",
            f"code {as_hex(account.code_hash)}",
        )
    return passed("账本的存储在该区块的状态中。", "The storage of the ledger is in the state of the block.")


def _seal(case: Case) -> Result:
    finding = case.finding
    if finding is None:
        return not_run(*_UNPINNED)
    status = _BY_BINDING[finding.binding]
    detail = ", ".join(write_address(one) for one in finding.sealers)
    return Result(status, finding.phrase, f"sealed by {detail}" if detail else "")


def _claim(case: Case) -> Result:
    if case.replay.refused:
        return failed(
            f"第 {case.replay.refused.seq} 条记录与此前的记录不能衔接。",
            f"Record {case.replay.refused.seq} does not follow from those before it.",
            case.replay.refused.reason,
        )
    for one, (record, act) in zip(case.bundle.records, case.replay.acts, strict=True):
        if one.decoded is not None and one.decoded != decoded(act):
            return failed(
                f"第 {record.seq} 条记录供人阅读的文字与其数据不符。",
                f"The words given for record {record.seq} are not what its data say.",
            )
    return Result(_BY_OUTCOME[case.judgement.outcome], case.judgement.phrase)


def _issuer(case: Case) -> Result:
    address = case.bundle.claim.issuer(case.replay, case.bundle.ledger.sources)
    if address is None:
        return not_run("由记录推不出发行方。", "The records do not lead to an issuer.")
    if case.pinned is None:
        return not_run(*_UNPINNED, detail=write_address(address))
    issuer = case.pinned.issuer(address)
    if issuer is None:
        return not_run(
            "信任锚没有列出该发行方账户，其身份未证实。",
            "The trust anchor does not name this issuer's account: who it is, is not established.",
            write_address(address),
        )
    by = case.pinned.authority(issuer.stated_by)
    zh, en = (by.name, by.name_en) if by else ("", "")
    return passed(
        f"信任锚列出该账户为“{issuer.name}”，由“{zh}”签字陈述。",
        f"The trust anchor names this account as “{issuer.name_en}”, stated and signed by “{en}”.",
        write_address(address),
    )


def _certificate(case: Case) -> Result:  # noqa: ARG001
    return not_applicable(
        "这是证据包，不是证书；没有证书签名可查。",
        "This is an evidence bundle, not a certificate; there is no certificate signature to check.",
    )


CHECKS: tuple[Check, ...] = (
    Check(1, "file", Phrase("文件是存证时的文件", "The file is the one deposited"), _file),
    Check(2, "manifest", Phrase("说明与链上摘要一致", "The manifest is the one on chain"), _manifest),
    Check(
        3,
        "records",
        Phrase("记录一条不少、次序未改，合于链头", "The records hash to the subject's head"),
        _records,
    ),
    Check(4, "storage", Phrase("链头在账本的存储中", "That head is in the ledger's storage"), _storage),
    Check(5, "state", Phrase("账本的存储在区块的状态中", "That storage is in the block's state"), _state),
    Check(
        6,
        "seal",
        Phrase(
            "区块由规定数量的所列验证者签封",
            "The block is sealed by the required number of the pinned validators",
        ),
        _seal,
    ),
    Check(7, "claim", Phrase("主张由记录推得", "The claim follows from replaying the records"), _claim),
    Check(8, "issuer", Phrase("发行方列于信任锚", "The issuer is one the trust anchor names"), _issuer),
    Check(
        9,
        "certificate",
        Phrase("证书带有该发行方的签名", "The certificate carries that issuer's signature"),
        _certificate,
    ),
)
"""In the order of the design: from the file in the hand to the person who answers for it."""


_UNPINNED = (
    "没有关于此账本的信任锚，因此不知道谁有权签封、谁是发行方。",
    "There is no trust anchor for this ledger, so nothing says who may seal its blocks or who its issuers are.",
)
_BY_BINDING = {Binding.BOUND: Status.PASSED, Binding.BROKEN: Status.FAILED, Binding.OPEN: Status.NOT_RUN}
_BY_OUTCOME = {
    Outcome.FOLLOWS: Status.PASSED,
    Outcome.CONTRADICTED: Status.FAILED,
    Outcome.OPEN: Status.NOT_RUN,
}
