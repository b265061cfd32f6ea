"""The page of a gift on offer: what it is, from whom, until when, and what its receiver can do."""

from __future__ import annotations

from indexer.policy import rules_of
from indexer.values import Address
from indexer.wire import write_address
from service.pages.views import AcceptPage
from service.reading.context import Context
from service.reading.explained import unknown_collectible


def accept_page(context: Context, token_id: int, giver: Address, deadline: int) -> AcceptPage:
    """Read the page at which a receiver accepts; it does not tell whether `giver` holds the collectible.

    Args:
        deadline: until when the acceptance is to be good, Unix seconds.

    Raises:
        NotFound: there is no such collectible.
    """
    found = context.view.token_page(token_id)
    if found is None:
        raise unknown_collectible()
    return AcceptPage(
        token_id=str(token_id),
        title=context.work_title(found.work.state),
        serial=found.token.state.serial,
        cap=found.edition.state.cap,
        giver=context.parties.label(giver),
        from_account=write_address(giver),
        deadline=deadline,
        lapsed=deadline <= context.now,
        needed=rules_of(found.token.state, found.collection.state).acceptance,
        as_of=context.as_of(found.token.settled),
        test_verifier=context.is_test(giver, found.token.state.issuer),
    )
