"""ODRL out: read by another's JSON-LD, each name known to ODRL or to the profile, in the shape of its model."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyshacl import validate
from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import ODRL2

from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.scope import NO_END, Scope
from indexer.values import Hash32
from service.rights.formats.odrl import (
    ODRL_CONTEXT,
    PLACE,
    Licence,
    PolicyParty,
    agreement,
    constraints,
    offer,
)
from service.rights.formats.odrl_profile import ACTIONS, NAMESPACE, profile

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset instead:DeprecationWarning")

ROOT = Path(__file__).parents[4]
PUBLISHED = json.loads(
    (ROOT / "node_modules/@digitalbazaar/odrl-context/contexts/odrl.jsonld").read_text("utf-8")
)
SHAPES = Graph().parse(Path(__file__).with_name("odrl-shapes.ttl"))
QY = NAMESPACE

QIAN, YANG = (
    PolicyParty("urn:qianyin:party:1", "示例作者甲"),
    PolicyParty("urn:qianyin:party:2", on_paper=True),
)
HOUSE = PolicyParty("urn:qianyin:party:3", "例社")
NOVEL = Licence(
    uid="urn:qianyin:grant:0x01",
    work="urn:qianyin:work:0x02",
    grantors=(QIAN, YANG),
    licensee=HOUSE,
    kind=GrantKind.EXCLUSIVE,
    sublicensable=False,
    scope=Scope(
        RIGHTS.mask(["translation", "network_communication"]),
        TERRITORIES.mask(["JP"]),
        LANGUAGES.mask(["ja", "zh-Hant"]),
        MEDIA.mask(["ebook"]),
        20_820,
        24_472,
    ),
    authors=(QIAN,),
    notice_days=90,
    conditions=Hash32(b"c" * 32),
    agreement=Hash32(b"a" * 32),
    signed_on=20_000,
)

Json = dict[str, Any]


def graph(policy: Json) -> Graph:
    """A policy as rdflib reads it, with the published context in the place of its address."""
    assert policy["@context"][0] == ODRL_CONTEXT
    known = {**policy, "@context": [PUBLISHED["@context"], *policy["@context"][1:]]}
    return Graph().parse(data=json.dumps(known), format="json-ld")


def conforms(policy: Json) -> bool:
    holds, _, _ = validate(graph(policy), shacl_graph=SHAPES)
    return bool(holds)


def unknown_names(policy: Json) -> set[str]:
    """Names of ODRL and of the profile that neither of them has."""
    defined = {str(name) for name in Graph().parse(data=json.dumps(profile()), format="json-ld").subjects()}
    used = {str(name) for triple in graph(policy) for name in triple if isinstance(name, URIRef)}
    odrl = {
        name for name in used if name.startswith(str(ODRL2)) and name.removeprefix(str(ODRL2)) not in ODRL2
    }
    return odrl | {name for name in used if name.startswith(QY) and name not in defined}


def masks(width: int) -> st.SearchStrategy[int]:
    return st.integers(1, (1 << width) - 1)


KINDS = st.sampled_from([GrantKind.EXCLUSIVE, GrantKind.SOLE, GrantKind.NON_EXCLUSIVE])


@st.composite
def licences(draw: st.DrawFn) -> Licence:
    start = draw(st.integers(0, 40_000))
    end = draw(st.one_of(st.just(NO_END), st.integers(start + 1, 80_000)))
    scope = Scope(draw(masks(13)), draw(masks(249)), draw(masks(64)), draw(masks(16)), start, end)
    return replace(
        NOVEL,
        scope=scope,
        kind=draw(KINDS),
        sublicensable=draw(st.booleans()),
        grantors=draw(st.sampled_from([(QIAN,), (QIAN, YANG)])),
        authors=draw(st.sampled_from([(), (QIAN,), (QIAN, YANG)])),
        parent=draw(st.sampled_from([None, "urn:qianyin:grant:0x00"])),
        notice_days=draw(st.sampled_from([0, 1, 365])),
        conditions=draw(st.sampled_from([None, Hash32(bytes(32))])),
        agreement=draw(st.sampled_from([None, Hash32(bytes(32))])),
        signed_on=draw(st.sampled_from([None, 0, 20_000])),
    )


class TestShape:
    def test_a_grant_is_an_agreement_in_the_shape_of_the_model(self) -> None:
        assert conforms(agreement(NOVEL))
        assert unknown_names(agreement(NOVEL)) == set()

    def test_an_offer_to_nobody_in_particular_is_an_offer(self) -> None:
        assert conforms(offer(replace(NOVEL, licensee=None)))

    @given(licence=licences())
    @settings(max_examples=5, deadline=None)
    def test_every_grant_is(self, licence: Licence) -> None:
        for policy in (agreement(licence), offer(licence), offer(replace(licence, licensee=None))):
            assert conforms(policy)
            assert unknown_names(policy) == set()

    @pytest.mark.parametrize(
        "breaks",
        [
            lambda policy: policy.pop("uid"),
            lambda policy: [policy.pop(name) for name in ("permission", "prohibition", "obligation")],
            lambda policy: policy.update(conflict="perhaps"),
            lambda policy: policy["permission"][0].pop("action"),
            lambda policy: policy["permission"][0].update(action=["use", "translate"]),
            lambda policy: policy["permission"][0].pop("target"),
            lambda policy: policy["permission"][0].pop("assignee"),
            lambda policy: policy["permission"][0].update(assigner=["urn:x:1", "urn:x:2"]),
            lambda policy: policy["prohibition"][0].pop("assigner"),
            lambda policy: policy["prohibition"][0].update(duty=[{"action": "attribute"}]),
            lambda policy: policy["permission"][0]["constraint"][0].pop("operator"),
            lambda policy: policy["permission"][0]["constraint"][0].update(operator="among"),
            lambda policy: policy["permission"][0]["constraint"][0].update(rightOperand="JP"),
            lambda policy: policy["permission"][0]["constraint"][1].update(rightOperand="Japanese"),
            lambda policy: policy["permission"][0]["constraint"][1].update(operator="eq"),
            lambda policy: policy["permission"][0]["constraint"][3].update(rightOperand="2027-01-01"),
            lambda policy: policy["obligation"][0].pop("action"),
        ],
    )
    def test_a_broken_policy_is_not(self, breaks: Callable[[Json], object]) -> None:
        policy = deepcopy(agreement(NOVEL))
        breaks(policy)
        assert not conforms(policy)

    def test_a_name_that_nobody_has_is_noticed(self) -> None:
        policy = deepcopy(agreement(NOVEL))
        policy["permission"][0]["action"] = "odrl:translateFreely"
        policy["permission"][1]["action"] = "qy:broadcast"
        assert unknown_names(policy) == {f"{ODRL2}translateFreely", f"{QY}broadcast"}


class TestMeaning:
    def test_the_box_becomes_constraints(self) -> None:
        written = {
            (one["leftOperand"], one["operator"]): one["rightOperand"] for one in constraints(NOVEL.scope)
        }
        assert written == {
            ("spatial", "isAnyOf"): [{"@id": PLACE + "JP"}],
            ("language", "isAnyOf"): ["zh-Hant", "ja"],
            ("media", "isAnyOf"): [{"@id": "qy:medium-ebook"}],
            ("dateTime", "gteq"): {"@value": "2027-01-02T00:00:00+08:00", "@type": "xsd:dateTime"},
            ("dateTime", "lt"): {"@value": "2037-01-01T00:00:00+08:00", "@type": "xsd:dateTime"},
        }

    def test_what_is_everything_known_or_not_limits_nothing(self) -> None:
        whole = Scope(RIGHTS.assigned, TERRITORIES.full, LANGUAGES.full, MEDIA.full, 0, NO_END)
        assert [one["leftOperand"] for one in constraints(whole)] == ["dateTime"]
        listed = replace(whole, territories=TERRITORIES.assigned)
        assert len(constraints(listed)[0]["rightOperand"]) == 249

    def test_an_exclusive_grant_shuts_out_its_grantors_too(self) -> None:
        policy = agreement(NOVEL)
        shut_out = [rule for rule in policy["prohibition"] if rule["assignee"]["uid"] != HOUSE.uid]
        assert [rule["action"] for rule in shut_out] == ["qy:network_communication", "translate"]
        assert policy["obligation"][0]["action"] == "ensureExclusivity"

    def test_a_sole_grant_lets_its_grantors_in(self) -> None:
        policy = agreement(replace(NOVEL, kind=GrantKind.SOLE))
        assert [rule["action"] for rule in policy["prohibition"]] == ["grantUse"]
        assert policy["obligation"][0]["action"] == "ensureExclusivity"

    def test_a_non_exclusive_grant_shuts_out_nobody(self) -> None:
        policy = agreement(replace(NOVEL, kind=GrantKind.NON_EXCLUSIVE))
        assert [rule["action"] for rule in policy["prohibition"]] == ["grantUse"]
        assert "obligation" not in policy

    def test_to_sub_license_is_permitted_or_prohibited(self) -> None:
        may = agreement(replace(NOVEL, sublicensable=True, kind=GrantKind.SOLE))
        assert [rule["action"] for rule in may["permission"]][2:] == ["grantUse"]
        assert "prohibition" not in may
        assert agreement(NOVEL)["prohibition"][0]["action"] == "grantUse"

    def test_co_owners_grant_together(self) -> None:
        found = graph(agreement(NOVEL))
        together = URIRef(NOVEL.uid + "#grantors")
        assert (together, RDF.type, ODRL2.PartyCollection) in found
        assert set(found.subjects(ODRL2.partOf, together)) == {URIRef(QIAN.uid), URIRef(YANG.uid)}

    def test_what_was_attested_is_not_called_signed(self) -> None:
        found = graph(agreement(NOVEL))
        assert set(found.subject_objects(URIRef(QY + "consent"))) == {
            (URIRef(YANG.uid), URIRef(QY + "attested"))
        }

    def test_the_digest_of_the_agreement_is_in_it(self) -> None:
        found = graph(agreement(NOVEL))
        digest = Literal((b"a" * 32).hex(), datatype=XSD.hexBinary)
        assert (URIRef(NOVEL.uid), URIRef(QY + "agreement"), digest) in found

    def test_every_right_has_an_action_that_grants_no_more(self) -> None:
        assert set(ACTIONS) == {code.code for code in RIGHTS.codes}
        assert len({action.name for action in ACTIONS.values()}) == len(RIGHTS.codes)
        included = (
            Graph().parse(data=json.dumps(profile()), format="json-ld").subject_objects(ODRL2.includedIn)
        )
        wider = {
            str(action).removeprefix(QY): str(odrl).removeprefix(str(ODRL2)) for action, odrl in included
        }
        own = {code for code, action in ACTIONS.items() if action.included_in is not None}
        assert set(wider) == own
        assert all(odrl in ODRL2 for odrl in wider.values())


class TestRefused:
    def test_an_agreement_with_nobody_is_refused(self) -> None:
        with pytest.raises(ValueError, match="has a licensee"):
            agreement(replace(NOVEL, licensee=None))

    def test_a_grant_by_nobody_is_refused(self) -> None:
        with pytest.raises(ValueError, match="somebody grants"):
            agreement(replace(NOVEL, grantors=()))

    @pytest.mark.parametrize("name", ["", "0x01", "a b:c", "urn:", "urn:<x>", 'urn:"', ":x"])
    def test_what_is_no_iri_is_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match="no IRI"):
            agreement(replace(NOVEL, uid=name))
