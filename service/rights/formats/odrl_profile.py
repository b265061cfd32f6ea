"""The profile of ODRL that our policies conform to: what ODRL has no word for. Pure.

Two of the 13 property rights of the Chinese copyright law are ODRL's own actions. The others are narrower than any of
ODRL's, so that an ODRL action in their place would grant more than was granted: each is an action of the profile,
included in the ODRL action that encompasses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from indexer.rights.acts import GrantKind
from indexer.rights.codes import FIRST_ITEM, MEDIA, RIGHTS, Code

PROFILE: Final = "urn:qianyin:odrl:1"
NAMESPACE: Final = PROFILE + "#"
CONTEXT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "qy": {"@id": NAMESPACE, "@prefix": True},
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "schema": "http://schema.org/",
        "qy:members": {"@reverse": "odrl:partOf", "@type": "@id"},
    }
)
"""The names of the profile, and of the few other things that our policies say."""


@dataclass(frozen=True, slots=True)
class Action:
    """How a right is called in ODRL: its name, and for an action of the profile ODRL's that includes it."""

    name: str
    included_in: str | None = None


_INCLUDED_IN: Final = {
    "distribution": "distribute",
    "rental": "distribute",
    "exhibition": "display",
    "performance": "present",
    "projection": "present",
    "broadcasting": "use",
    "network_communication": "use",
    "cinematography": "derive",
    "adaptation": "derive",
    "compilation": "aggregate",
    "other": "use",
}
ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "reproduction": Action("reproduce"),
        "translation": Action("translate"),
        **{code: Action(f"qy:{code}", wider) for code, wider in _INCLUDED_IN.items()},
    }
)
"""By code of the right."""

KINDS: Final[Mapping[GrantKind, str]] = MappingProxyType(
    {
        GrantKind.EXCLUSIVE: "qy:exclusive",
        GrantKind.SOLE: "qy:sole",
        GrantKind.NON_EXCLUSIVE: "qy:nonExclusive",
    }
)
_KIND_WORDS: Final = {
    GrantKind.EXCLUSIVE: ("专有", "Exclusive: shuts out everybody, the grantor too"),
    GrantKind.SOLE: ("排他", "Sole: shuts out everybody but the grantor"),
    GrantKind.NON_EXCLUSIVE: ("普通", "Non-exclusive: shuts out nobody"),
}
_PROPERTIES: Final = {
    "qy:kind": ("许可种类", "Whom a grant shuts out"),
    "qy:parent": ("上级许可", "The grant of which this one is a sub-licence"),
    "qy:noticeDays": ("解除通知天数", "By how many days' notice the grantor may end the grant alone"),
    "qy:conditions": (
        "解除条件的 SHA-256",
        "SHA-256 of the conditions on which the grantor may end the grant",
    ),
    "qy:agreement": ("协议的 SHA-256", "SHA-256 of the signed agreement"),
    "qy:signedOn": ("签订日期", "When a contract that is older than its record was signed"),
    "qy:consent": ("同意的方式", "How a party agreed, where it did not sign the record itself"),
}
_ATTESTED: Final = ("经见证", "Attested: on a paper that one hand attests and another confirmed")


def medium_name(medium: Code) -> str:
    """Name a medium in the profile."""
    return f"qy:medium-{medium.code}"


def profile() -> dict[str, Any]:
    """Write the profile itself, as it is to be published under its IRI: every name of it, and what it means."""
    terms = [
        *(
            _term(action.name, "odrl:Action", code.zh, f"{code.en} (art. 10, item {FIRST_ITEM + code.bit})")
            | {"odrl:includedIn": {"@id": f"odrl:{action.included_in}"}}
            for code in RIGHTS.codes
            if (action := ACTIONS[code.code]).included_in is not None
        ),
        *(_term(medium_name(code), "odrl:RightOperand", code.zh, code.en) for code in MEDIA.codes),
        *(_term(KINDS[kind], "skos:Concept", *words) for kind, words in _KIND_WORDS.items()),
        *(_term(name, "rdf:Property", *words) for name, words in _PROPERTIES.items()),
        _term("qy:attested", "skos:Concept", *_ATTESTED),
    ]
    return {
        "@context": {
            "odrl": "http://www.w3.org/ns/odrl/2/",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "skos": "http://www.w3.org/2004/02/skos/core#",
            **CONTEXT,
        },
        "@graph": [
            _node(PROFILE, "skos:ConceptScheme", "钤印的 ODRL 应用规范", "Qianyin's profile of ODRL"),
            *terms,
        ],
    }


def _term(name: str, kind: str, zh: str, en: str) -> dict[str, Any]:
    return _node(name, kind, zh, en) | {"rdfs:isDefinedBy": {"@id": PROFILE}}


def _node(name: str, kind: str, zh: str, en: str) -> dict[str, Any]:
    label = [{"@value": zh, "@language": "zh"}, {"@value": en, "@language": "en"}]
    return {"@id": name, "@type": kind, "rdfs:label": label}
