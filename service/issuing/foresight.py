"""What an installation knows against a row before it is asked for. Reads the index and who is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from indexer.events import Policy
from indexer.store import NothingIndexed
from service.files.description import KIND_LABELS, Kind
from service.installation import Installation
from service.intake.instructions import Complaint
from service.intake.requests import Issue
from service.issuing.deposits import work_kind
from service.issuing.plan import collection_named
from service.keys.master import master_sealer
from service.keys.operators import Operator
from service.people.persons import People

Against = Callable[[Kind, Issue], Iterator[Complaint]]

_REMEMBERED = 65_536


def against_in(installation: Installation, usual: Policy) -> Against:
    """Make what complains of a row: of a kind that its collection does not issue, of recipients nobody registered.

    `usual` is the policy of collections that are not there yet; of one that is there, its latest holds.
    """
    issuer = installation.vault.operator(Operator.ISSUER)
    people = People(installation.database, master_sealer(installation.settings))

    @lru_cache(_REMEMBERED)
    def policy_of(name: str) -> Policy:
        try:
            with installation.projection.view() as view:
                known = view.collection(collection_named(issuer, name))
        except NothingIndexed:
            return usual
        return usual if known is None else known.state.policies[-1]

    @lru_cache(_REMEMBERED)
    def is_known(recipient: str) -> bool:
        return recipient.startswith("0x") or people.find(recipient) is not None

    return against(policy_of, is_known)


def against(policy_of: Callable[[str], Policy], is_known: Callable[[str], bool]) -> Against:
    """Make it from the policy of a collection, by its name, and whether a recipient is registered."""

    def complaints(kind: Kind, issue: Issue) -> Iterator[Complaint]:
        if not policy_of(issue.collection).work_kinds >> work_kind(kind) & 1:
            yield _kind_refused(kind, issue.collection)
        for recipient in dict.fromkeys(issue.recipients):
            if not is_known(recipient):
                zh, en = (
                    f"没有登记码为“{recipient}”的登记；请先登记。",
                    f'Nobody is registered as "{recipient}".',
                )
                yield Complaint("recipients", "recipient-unknown", zh, f"{en} Register first.")

    return complaints


def _kind_refused(kind: Kind, collection: str) -> Complaint:
    zh, en = KIND_LABELS[kind]
    return Complaint(
        "kind",
        "kind-not-issued",
        f"系列“{collection}”不发行“{zh}”类作品；新系列可用 --allow {kind} 准许，已有系列须先更改规则。",
        f'The collection "{collection}" does not issue this kind ("{en}"): allow it in a new collection with '
        f"--allow {kind}, or change the policy of one that is there.",
    )
