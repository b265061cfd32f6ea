"""Whether a gift would be refused, by which rule, under which version of the policy. Pure.

The rules are those of `Collectible.give`; each refusal is named as the contract's error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.china import china_day, day_begins, in_china
from indexer.events import Policy
from indexer.state import Collection, Standing, Token, TokenStatus
from indexer.values import ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a gift would be refused.

    Attributes:
        rule: name of the contract's error.
        zh: the reason in Chinese.
        en: the reason in English.
        policy_versions: the versions of the collection's policy that the rule was read from, if any.
        until: Unix seconds from which this reason is gone, where time alone removes it.
    """

    rule: str
    zh: str
    en: str
    policy_versions: tuple[int, ...] = ()
    until: int | None = None


def looser(held: Policy, present: Policy) -> Policy:
    """Combine the version a holder acquired under with the present one: a later policy never tightens what is held."""
    return Policy(
        first_holding=min(held.first_holding, present.first_holding),
        next_holding=min(held.next_holding, present.next_holding),
        gifts_per_day=max(held.gifts_per_day, present.gifts_per_day),
        acceptance=held.acceptance and present.acceptance,
        receivers=held.receivers | present.receivers,
        work_kinds=held.work_kinds | present.work_kinds,
        longest_loan=max(held.longest_loan, present.longest_loan),
    )


def rules_of(token: Token, collection: Collection) -> Policy:
    """Give the rules that bind a held token.

    Raises:
        ValueError: the collection does not have the version the token was acquired under.
    """
    version = token.policy_version
    if not 1 <= version <= collection.policy_version:
        raise ValueError(f"policy version {version} of {collection.policy_version} is unknown")
    return looser(collection.policies[version - 1], collection.policies[-1])


def giveable_from(token: Token, collection: Collection) -> int:
    """Say from when on (Unix seconds) the holding period allows a gift."""
    rules = rules_of(token, collection)
    return token.acquired_at + (rules.next_holding if token.gifts else rules.first_holding)


def explain_gift(
    token: Token,
    collection: Collection,
    giver: Standing | None,
    receiver: Standing | None,
    *,
    gifts_today: int,
    accepted: bool,
    at: int,
) -> list[Refusal]:
    """List every reason for which the holder's gift would be refused at the time `at`; none: it would go through.

    Args:
        giver: standing of the holder, None where it is not registered.
        receiver: standing of the receiver, None where it is not registered.
        gifts_today: gifts of this collection by the holder on the day of `at` (UTC+8).
        accepted: whether the receiver signed an acceptance.
    """
    rules = rules_of(token, collection)
    versions = tuple(sorted({token.policy_version, collection.policy_version}))
    return [
        *_of_token(token, at),
        *_of_parties(token, giver, receiver, at),
        *_of_rules(token, collection, rules, versions, gifts_today, at),
        *_of_receiver(rules, versions, receiver, accepted=accepted),
    ]


def _of_token(token: Token, at: int) -> Iterator[Refusal]:
    if token.status is not TokenStatus.LIVE:
        yield Refusal(
            "TokenAnnulled", "该藏品已注销，不能转赠。", "The collectible was struck out and cannot be given."
        )
    if not token.distributed:
        yield Refusal(
            "NotDistributed",
            "该藏品尚未发放；首次交付须由发行方发放。",
            "The collectible was not handed out yet; its issuer does that first.",
        )
    if token.held_at(at):
        yield Refusal(
            "TokenHeld",
            f"依法限制转赠，至 {moment(token.held_until)} 自动失效。",
            f"Gifts are restricted by an order until {moment(token.held_until)}.",
            until=token.held_until,
        )


def _of_parties(
    token: Token, giver: Standing | None, receiver: Standing | None, at: int
) -> Iterator[Refusal]:
    if giver is None or not giver.may_act(at):
        yield Refusal(
            "ERC7943CannotSend",
            "持有人账户未登记、已暂停或已由新账户接替，不能转出。",
            "The holder's account is not registered, is suspended or was replaced, and cannot give.",
            until=_suspension(giver),
        )
    if receiver is None or not receiver.may_act(at):
        yield Refusal(
            "ERC7943CannotReceive",
            "接收人账户未登记、已暂停或已由新账户接替，不能接收。",
            "The receiver's account is not registered, is suspended or was replaced, and cannot receive.",
            until=_suspension(receiver),
        )
    elif receiver.account == token.holder:
        yield Refusal("GiftToSelf", "接收人就是持有人本人。", "The receiver is the holder.")


def _of_rules(
    token: Token, collection: Collection, rules: Policy, versions: tuple[int, ...], gifts_today: int, at: int
) -> Iterator[Refusal]:
    free = giveable_from(token, collection)
    if token.distributed and at < free:
        yield Refusal(
            "HoldingPeriod",
            f"持有期未满，{moment(free)} 起可以转赠。",
            f"The holding period ends at {moment(free)}.",
            versions,
            free,
        )
    if gifts_today >= rules.gifts_per_day:
        yield Refusal(
            "GiftsPerDayReached",
            f"今日转赠已达 {rules.gifts_per_day} 件上限，明日可以继续。",
            f"The limit of {rules.gifts_per_day} gifts a day is reached; tomorrow it starts anew.",
            versions,
            day_begins(china_day(at) + 1),
        )


def _of_receiver(
    rules: Policy, versions: tuple[int, ...], receiver: Standing | None, *, accepted: bool
) -> Iterator[Refusal]:
    if receiver is not None and not rules.receivers >> receiver.kind & 1:
        yield Refusal(
            "ReceiverRefused",
            "系列规则不允许这类账户接收。",
            "The policy of the collection does not let this kind of account receive.",
            versions,
        )
    if rules.acceptance and not accepted:
        yield Refusal(
            "AcceptanceMissing",
            "系列规则要求接收人签名同意。",
            "The policy of the collection asks for the receiver's signed acceptance.",
            versions,
        )


def _suspension(standing: Standing | None) -> int | None:
    if standing is None or standing.replaced_by != ZERO_ADDRESS:
        return None
    return standing.suspended_until


def moment(at: int) -> str:
    """Write Unix seconds as a date and time in UTC+8, the zone in which holders read them."""
    try:
        return in_china(at).strftime("%Y-%m-%d %H:%M (UTC+8)")
    except (OverflowError, OSError, ValueError):
        return f"@{at}"
