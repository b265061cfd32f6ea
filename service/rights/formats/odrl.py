"""Grants and offers as ODRL 2.2 policies in JSON-LD, under a small profile. Pure.

W3C Recommendations ODRL Information Model 2.2 and ODRL Vocabulary & Expression 2.2 (2018). The box becomes constraints
(spatial, language, media, dateTime) of a permission; that it is not to be sub-licensed, a prohibition; exclusivity, a
duty of the grantor and, where it shuts out the grantor too, a prohibition. What ODRL has no word for, the profile of
`odrl_profile` names, and each policy carries the context of those names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from indexer.china import date_of, day_of
from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.scope import NO_END, Scope
from indexer.values import Hash32
from service.rights.formats.odrl_profile import ACTIONS, CONTEXT, KINDS, PROFILE, medium_name

ODRL_CONTEXT: Final = "http://www.w3.org/ns/odrl.jsonld"
PLACE: Final = "https://www.iso.org/obp/ui/#iso:code:3166:"
"""Before a country code: ODRL wants places named by an IRI."""
LAST_DAY: Final = day_of(date.max)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PolicyParty:
    """Somebody in a policy: an IRI, and a name where the reader may know it. `on_paper`: its consent was attested."""

    uid: str
    name: str = ""
    on_paper: bool = False


@dataclass(frozen=True, slots=True)
class Licence:
    """What a policy says: a grant, or an offer of one.

    Attributes:
        uid, work: IRIs of the grant and of the work.
        licensee: None for an offer to nobody in particular.
        authors: who is to be named; their moral rights are granted to nobody.
        parent: IRI of the grant that it is a sub-licence of.
        notice_days, conditions: how the grantor may end it alone; SHA-256 of the conditions.
        agreement: SHA-256 of the signed agreement.
        signed_on: the day on which a contract older than the record was signed.
    """

    uid: str
    work: str
    grantors: tuple[PolicyParty, ...]
    licensee: PolicyParty | None
    kind: GrantKind
    sublicensable: bool
    scope: Scope
    authors: tuple[PolicyParty, ...] = ()
    parent: str | None = None
    notice_days: int = 0
    conditions: Hash32 | None = None
    agreement: Hash32 | None = None
    signed_on: int | None = None


def agreement(licence: Licence) -> Json:
    """Write a grant as an Agreement.

    Raises:
        ValueError: it has no licensee, or a name is no IRI.
    """
    if licence.licensee is None:
        raise ValueError("an agreement has a licensee")
    return _policy("Agreement", licence)


def offer(licence: Licence) -> Json:
    """Write an offer as an Offer, to somebody or to anybody.

    Raises:
        ValueError: a name is no IRI.
    """
    return _policy("Offer", licence)


def document(policies: Sequence[Json]) -> Json:
    """Put policies into one document, under the context that they share."""
    bare = [{name: value for name, value in one.items() if name != "@context"} for one in policies]
    return {"@context": _context(), "@graph": bare}


def _context() -> list[Json | str]:
    return [ODRL_CONTEXT, dict(CONTEXT)]


def _policy(kind: str, licence: Licence) -> Json:
    _check_names(licence)
    limits = constraints(licence.scope)
    policy: Json = {
        "@context": _context(),
        "@type": kind,
        "uid": licence.uid,
        "profile": PROFILE,
        "conflict": "prohibit",
        **_beyond_odrl(licence),
        "permission": _permissions(licence, limits),
    }
    if prohibitions := _prohibitions(licence, limits):
        policy["prohibition"] = prohibitions
    if licence.licensee is not None and licence.kind is not GrantKind.NON_EXCLUSIVE:
        policy["obligation"] = [_exclusivity(licence, licence.licensee, limits)]
    return policy


def _permissions(licence: Licence, limits: Sequence[Json]) -> list[Json]:
    permissions = [_rule("Permission", licence, action, limits) for action in actions(licence.scope.rights)]
    if licence.authors:
        duties = [
            {"@type": "Duty", "action": "attribute", "attributedParty": _party(author)}
            for author in licence.authors
        ]
        permissions = [{**permission, "duty": duties} for permission in permissions]
    if licence.sublicensable:
        permissions.append(_rule("Permission", licence, "grantUse", limits))
    return permissions


def _prohibitions(licence: Licence, limits: Sequence[Json]) -> list[Json]:
    found = [] if licence.sublicensable else [_rule("Prohibition", licence, "grantUse", ())]
    if licence.kind is GrantKind.EXCLUSIVE and licence.licensee is not None:
        turned = {"assigner": _party(licence.licensee), "assignee": _grantors(licence)}
        does = actions(licence.scope.rights)
        found += [{**_rule("Prohibition", licence, action, limits), **turned} for action in does]
    return found


def _exclusivity(licence: Licence, licensee: PolicyParty, limits: Sequence[Json]) -> Json:
    """The grantor's duty to grant nothing of the box to anybody else."""
    return {
        "@type": "Duty",
        "target": licence.work,
        "assigner": _party(licensee),
        "assignee": _grantors(licence),
        "action": "ensureExclusivity",
        "constraint": list(limits),
    }


def _rule(kind: str, licence: Licence, action: str, limits: Sequence[Json]) -> Json:
    """A rule of one action: what the model calls atomic."""
    rule: Json = {"@type": kind, "target": licence.work, "assigner": _grantors(licence)}
    if licence.licensee is not None:
        rule["assignee"] = _party(licence.licensee)
    rule["action"] = action
    if limits:
        rule["constraint"] = list(limits)
    return rule


def actions(rights: int) -> list[str]:
    """Name the actions of a mask of rights: ODRL's own where they mean the same, else the profile's."""
    return [ACTIONS[code.code].name for code in RIGHTS.of(rights)]


def constraints(scope: Scope) -> list[Json]:
    """Write the box of a scope but for its rights; an axis that has every bit, known or not, limits nothing."""
    found = []
    if scope.territories != TERRITORIES.full:
        places = [{"@id": PLACE + code.code} for code in TERRITORIES.of(scope.territories)]
        found.append(_constraint("spatial", "isAnyOf", places))
    if scope.languages != LANGUAGES.full:
        languages = [code.code for code in LANGUAGES.of(scope.languages)]
        found.append(_constraint("language", "isAnyOf", languages))
    if scope.media != MEDIA.full:
        media = [{"@id": medium_name(code)} for code in MEDIA.of(scope.media)]
        found.append(_constraint("media", "isAnyOf", media))
    found.append(_constraint("dateTime", "gteq", _moment(scope.from_)))
    if scope.until != NO_END:
        found.append(_constraint("dateTime", "lt", _moment(scope.until)))
    return found


def _constraint(left: str, operator: str, right: Any) -> Json:
    return {"@type": "Constraint", "leftOperand": left, "operator": operator, "rightOperand": right}


def _moment(day: int) -> Json:
    """The first moment of a day; days here are those of UTC+8. The calendar ends with the year 9999."""
    return {"@value": f"{date_of(min(day, LAST_DAY)).isoformat()}T00:00:00+08:00", "@type": "xsd:dateTime"}


def _grantors(licence: Licence) -> Json | str:
    """One party, or the collection of all co-owners, who act together."""
    if len(licence.grantors) == 1:
        return _party(licence.grantors[0])
    members = [_party(one) for one in licence.grantors]
    return {"@type": "PartyCollection", "uid": licence.uid + "#grantors", "qy:members": members}


def _party(party: PolicyParty) -> Json:
    said: Json = {"@type": "Party", "uid": party.uid}
    if party.name:
        said["schema:name"] = party.name
    if party.on_paper:
        said["qy:consent"] = {"@id": "qy:attested"}
    return said


def _beyond_odrl(licence: Licence) -> Json:
    said: Json = {
        "qy:kind": {"@id": KINDS[licence.kind]},
        "qy:parent": None if licence.parent is None else {"@id": licence.parent},
        "qy:noticeDays": licence.notice_days or None,
        "qy:conditions": _hex(licence.conditions),
        "qy:agreement": _hex(licence.agreement),
        "qy:signedOn": None if licence.signed_on is None else _date(licence.signed_on),
    }
    return {name: value for name, value in said.items() if value is not None}


def _hex(digest: Hash32 | None) -> Json | None:
    return None if digest is None else {"@value": digest.hex(), "@type": "xsd:hexBinary"}


def _date(day: int) -> Json:
    return {"@value": date_of(day).isoformat(), "@type": "xsd:date"}


def _check_names(licence: Licence) -> None:
    licensee = () if licence.licensee is None else (licence.licensee,)
    parties = (*licence.grantors, *licensee, *licence.authors)
    names = (licence.uid, licence.work, licence.parent or "urn:x", *(party.uid for party in parties))
    if not licence.grantors:
        raise ValueError("somebody grants")
    for name in names:
        scheme, colon, rest = name.partition(":")
        if not (scheme.isalpha() and colon and rest) or any(
            char in '<>"{}|\\^`' or char <= " " for char in name
        ):
            raise ValueError(f"{name!r} is no IRI")
