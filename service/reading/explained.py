"""Whether a gift would be refused, by which rules, under which version of the policy: read from the index."""

from __future__ import annotations

from typing import Any

from indexer.china import china_day
from indexer.policy import explain_gift
from indexer.values import Address
from service.errors import NotFound
from service.reading.context import Context


def explained(
    context: Context, token_id: int, to: Address, at: int | None, *, accepted: bool
) -> dict[str, Any]:
    """Explain a gift by the present holder.

    Args:
        to: the receiver. at: Unix seconds; None: now.
        accepted: whether the receiver would sign an acceptance.

    Raises:
        NotFound: there is no such collectible.
    """
    view, moment = context.view, context.now if at is None else at
    page = view.token_page(token_id)
    if page is None:
        raise unknown_collectible()
    token, receiver = page.token.state, view.standing(to)
    giver = view.standing(token.holder)
    found = explain_gift(
        token,
        page.collection.state,
        giver.state if giver else None,
        receiver.state if receiver else None,
        gifts_today=view.gifts_on(token.holder, token.collection_id, china_day(moment)),
        accepted=accepted,
        at=moment,
    )
    refusals = [
        {
            "rule": refusal.rule,
            "zh": refusal.zh,
            "en": refusal.en,
            "policy_versions": list(refusal.policy_versions),
            "until": refusal.until,
        }
        for refusal in found
    ]
    return {"at": moment, "refused": bool(found), "refusals": refusals}


def unknown_collectible() -> NotFound:
    """The error for a collectible that is not there."""
    return NotFound(
        "unknown-collectible",
        "没有这个编号的数字藏品；请核对编号。",
        "There is no collectible of this number; check the number.",
    )
