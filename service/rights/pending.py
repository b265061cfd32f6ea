"""A proposal for whoever asks: what it says and names, who agreed, what stands against it, what came of it. Reads."""

from __future__ import annotations

from functools import partial
from typing import Any

from indexer.wire import write_address
from service.outbox.database import Database
from service.outbox.operations import operation
from service.rights.about import burdens, named
from service.rights.acting import objections_told
from service.rights.answers import burden_body, named_body, proposal_body
from service.rights.audience import Audience
from service.rights.drafting import Drafting
from service.rights.proposals import Proposal
from service.rights.terms import terms


def proposal_shown(
    database: Database, drafting: Drafting, audience: Audience, found: Proposal
) -> dict[str, Any]:
    """Show all of a proposal: with what it would be refused for now as long as it waits, then with what came of it."""
    book = drafting.book
    given = burdens(book, audience, found, drafting.now)
    sees = partial(audience.sees_grant, book)
    said = terms(found.request.agreement, lambda account, _: write_address(account))
    return {
        **proposal_body(found),
        "terms": {term.name: term.value for term in said},
        "named": [named_body(each) for each in named(book, found.request.agreement)],
        "burdens": None
        if given is None
        else [burden_body(each, book.live_until(each), sees) for each in given],
        "objections": objections_told(drafting, audience, found),
        "outcome": _outcome(database, found),
    }


def _outcome(database: Database, found: Proposal) -> dict[str, Any] | None:
    """Say what became of the request that a proposal became; None: it has not become one."""
    if found.operation_id is None:
        return None
    done = operation(database, found.operation_id)
    refused = done.reason
    return {
        "state": done.state.value,
        "seq": done.seq,
        "reason": {"code": refused.code, "zh": refused.zh, "en": refused.en} if refused else None,
    }
