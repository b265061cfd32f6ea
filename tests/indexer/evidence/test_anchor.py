"""The trust anchor: its text, its id, and who vouches for whom."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from eth_account import Account
from eth_account.messages import encode_defunct

from indexer.deployment import DeployedContract, Deployment
from indexer.errors import AnchorError
from indexer.events import CONTRACT_NAMES, LEDGER, SOURCE_NAMES
from indexer.evidence.anchor import (
    Authority,
    Consensus,
    ValidatorSet,
    from_deployment,
    issuer_statement,
    with_authority,
    with_issuer,
)
from indexer.evidence.anchor_file import anchor_id, read_anchor, write_anchor
from indexer.keccak import keccak256
from indexer.values import as_hex
from indexer.wire import write_address
from tests.indexer.evidence.small_chain import (
    ISSUER,
    SOURCES,
    account,
    key,
    sha256,
    sign_message,
    told,
    vouched,
)

CHAIN = told()
ANCHOR = CHAIN.anchor()


def text_with(**changes: Any) -> bytes:
    """The anchor's text with other fields, named anew."""
    fields = json.loads(write_anchor(ANCHOR)) | changes
    fields.pop("id")
    return rfc8785.dumps({**fields, "id": as_hex(sha256(rfc8785.dumps(fields)))})


def test_an_anchor_survives_and_is_named_by_its_content():
    assert read_anchor(write_anchor(ANCHOR)) == ANCHOR
    fields = json.loads(write_anchor(ANCHOR))
    named = fields.pop("id")
    assert named == as_hex(anchor_id(ANCHOR)) == as_hex(sha256(rfc8785.dumps(fields)))


def test_white_space_and_order_do_not_matter():
    fields = json.loads(write_anchor(ANCHOR))
    assert read_anchor(json.dumps(dict(reversed(fields.items())), indent=2)) == ANCHOR


def test_another_id_than_that_of_the_content_is_refused():
    fields = json.loads(write_anchor(ANCHOR))
    with pytest.raises(AnchorError, match="edited after it was issued"):
        read_anchor(json.dumps(fields | {"chainId": "5"}))
    with pytest.raises(AnchorError, match="edited after it was issued"):
        read_anchor(json.dumps(fields | {"id": "0x" + "11" * 32}))


ADDRESS = write_address(ISSUER)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"version": 2}, "/version"),
        ({"more": 1}, "unknown"),
        ({"chainId": 5}, "/chainId"),
        ({"genesisHash": "0x"}, "/genesisHash"),
        ({"ledger": {"address": ADDRESS, "codeHash": "0x" + "11" * 32}}, "/ledger"),
        ({"consensus": {"kind": "qbft", "epoch": 1, "validatorSets": []}}, "/consensus/kind"),
        ({"consensus": {"kind": "clique", "epoch": 1, "validatorSets": []}}, "/consensus"),
        (
            {
                "consensus": {
                    "kind": "clique",
                    "epoch": 0,
                    "validatorSets": [{"fromBlock": "0", "untilBlock": None, "validators": [ADDRESS]}],
                }
            },
            "/consensus",
        ),
        ({"sources": {}}, "/sources"),
        ({"sources": dict.fromkeys(SOURCE_NAMES, ADDRESS)}, "/sources"),
        ({"authorities": [{"address": ADDRESS, "name": "", "nameEn": "x"}], "issuers": []}, "no name"),
        (
            {"authorities": [{"address": ADDRESS, "name": "a\u202eb", "nameEn": "x"}], "issuers": []},
            "no name",
        ),
        ({"authorities": [{"address": ADDRESS, "name": "a", "nameEn": "b"}] * 2, "issuers": []}, "twice"),
        ({"authorities": []}, "no authority"),
        ({"demo": "no"}, "/demo"),
    ],
    ids=range(15),
)
def test_another_form_is_refused(changes: dict[str, Any], place: str):
    with pytest.raises(AnchorError, match=place):
        read_anchor(text_with(**changes))


@pytest.mark.parametrize(
    "ranges",
    [
        [("0", None), ("5", None)],
        [("0", "6"), ("5", None)],
        [("5", None), ("0", "5")],
        [("5", "5")],
        [("6", "5")],
    ],
)
def test_validator_sets_that_overlap_are_refused(ranges: list[tuple[str, str | None]]):
    sets = [{"fromBlock": start, "untilBlock": until, "validators": [ADDRESS]} for start, until in ranges]
    with pytest.raises(AnchorError, match="validatorSets"):
        read_anchor(text_with(consensus={"kind": "clique", "epoch": 1, "validatorSets": sets}))


def test_validators_are_in_ascending_order_and_each_once():
    one, two = sorted(map(account, ("one", "two")))
    for wrong in ([], [two, one], [one, one]):
        sets = [{"fromBlock": "0", "untilBlock": None, "validators": [write_address(a) for a in wrong]}]
        with pytest.raises(AnchorError, match="ascending"):
            read_anchor(text_with(consensus={"kind": "clique", "epoch": 1, "validatorSets": sets}))


def test_a_block_has_the_validators_of_its_range():
    one, two = (account("one"),), (account("two"),)
    pinned = Consensus("clique", 1, (ValidatorSet(5, 8, one), ValidatorSet(8, None, two)))
    assert [pinned.validators_at(n) for n in (4, 5, 7, 8, 99)] == [None, one, one, two, two]


def test_a_wallet_signs_the_statement():
    """The signature is what eth-account, as any wallet, makes of the statement's text."""
    plain = with_authority(CHAIN.unnamed(), Authority(account("bureau"), "示例省文物局", "Example Bureau"))
    text = issuer_statement(plain, ISSUER, "示例省博物馆", "Example Museum")
    signed = Account.sign_message(encode_defunct(text), key("bureau").to_bytes())
    named = with_issuer(
        plain, ISSUER, "示例省博物馆", "Example Museum", account("bureau"), bytes(signed.signature)
    )
    assert named == ANCHOR
    assert named.issuer(ISSUER) is not None
    assert named.issuer(account("stranger")) is None


def test_nobody_but_an_authority_of_the_anchor_vouches():
    plain = with_authority(CHAIN.unnamed(), Authority(account("bureau"), "示例省文物局", "Example Bureau"))
    text = issuer_statement(plain, ISSUER, "甲", "A")
    with pytest.raises(AnchorError, match="no authority"):
        with_issuer(plain, ISSUER, "甲", "A", ISSUER, sign_message("museum", text))
    with pytest.raises(AnchorError, match="signed by"):
        with_issuer(plain, ISSUER, "甲", "A", account("bureau"), sign_message("museum", text))
    with pytest.raises(AnchorError):
        with_issuer(plain, ISSUER, "甲", "A", account("bureau"), bytes(65))


def test_a_statement_is_about_one_name_one_account_and_one_ledger():
    plain = with_authority(CHAIN.unnamed(), Authority(account("bureau"), "示例省文物局", "Example Bureau"))
    signature = sign_message("bureau", issuer_statement(plain, ISSUER, "甲", "A"))
    assert with_issuer(plain, ISSUER, "甲", "A", account("bureau"), signature)
    moved = replace(plain, ledger=replace(plain.ledger, address=account("another ledger")))
    for anchor, who, name, name_en in (
        (plain, ISSUER, "乙", "A"),
        (plain, ISSUER, "甲", "B"),
        (plain, account("other"), "甲", "A"),
        (replace(plain, chain_id=5), ISSUER, "甲", "A"),
        (replace(plain, genesis_hash=keccak256(b"other")), ISSUER, "甲", "A"),
        (moved, ISSUER, "甲", "A"),
    ):
        with pytest.raises(AnchorError, match="signed by"):
            with_issuer(anchor, who, name, name_en, account("bureau"), signature)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "示例市博物馆"},
        {"nameEn": "Other"},
        {"address": write_address(account("other"))},
        {"statedBy": write_address(account("other"))},
        {"statement": "0x" + "11" * 32},
        {"signature": "0x" + "11" * 65},
        {"signature": "0x" + "11" * 64},
    ],
    ids=str,
)
def test_an_issuer_in_a_file_is_checked_like_one_that_is_added(change: dict[str, str]):
    (issuer,) = json.loads(write_anchor(ANCHOR))["issuers"]
    with pytest.raises(AnchorError):
        read_anchor(text_with(issuers=[issuer | change]))


def test_an_issuer_is_named_once_and_a_new_statement_replaces_the_old():
    (issuer,) = json.loads(write_anchor(ANCHOR))["issuers"]
    with pytest.raises(AnchorError, match="twice"):
        read_anchor(text_with(issuers=[issuer, issuer]))
    renamed = vouched(ANCHOR, ISSUER, "示例省博物院", "Example Museum")
    assert [one.name for one in renamed.issuers] == ["示例省博物院"]
    assert anchor_id(renamed) != anchor_id(ANCHOR)


def test_an_anchor_calls_the_contracts_as_their_deployment_does():
    named = dict(CONTRACT_NAMES)
    assert named.pop(LEDGER) == "ledger"
    assert dict(SOURCE_NAMES) == named


def test_a_deployment_has_its_anchor_before_anybody_is_named():
    contracts = {
        name: DeployedContract(getattr(SOURCES, field), keccak256(name.encode()))
        for name, field in (*SOURCE_NAMES.items(), ("ProvenanceLedger", "ledger"))
    }
    deployment = Deployment(5, keccak256(b"genesis"), (), 3, keccak256(b"parent"), contracts)
    one, two = sorted(map(account, ("one", "two")))
    anchor = from_deployment(deployment, [two, one], 30000, demo=True)
    assert read_anchor(write_anchor(anchor)) == anchor
    assert anchor.sources == SOURCES
    assert anchor.consensus == Consensus("clique", 30000, (ValidatorSet(0, None, (one, two)),))
    assert (anchor.issuers, anchor.authorities, anchor.demo, anchor.ledger.block) == ((), (), True, 3)
    assert from_deployment(deployment, [], 30000, demo=True).consensus.kind == "none"


def test_an_anchor_that_was_edited_is_refused_in_words_that_say_what_to_do():
    edited = json.loads(write_anchor(ANCHOR))
    edited["demo"] = not edited["demo"]
    with pytest.raises(AnchorError) as caught:
        read_anchor(json.dumps(edited))
    assert caught.value.zh.startswith("发布之后被改动过")
    assert "重新索取" in caught.value.zh
    assert "edited after it was issued" in caught.value.en
    assert edited["id"] in caught.value.en
    assert edited["id"] in caught.value.zh


def test_text_that_is_no_anchor_is_refused_in_both_languages_with_the_place():
    for text in ("", "[]", '{"version":2}', text_with(ledger="0x")):
        with pytest.raises(AnchorError) as caught:
            read_anchor(text)
        assert "不是信任锚的格式" in caught.value.zh
        assert str(caught.value) == caught.value.en
