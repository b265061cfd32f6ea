"""Who may propose an act, and who speaks for which party. Reads a book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.values import Address, Hash32
from indexer.wire import write_address
from service.errors import BadInput, NotAllowed
from service.outbox.requests import Agreed, ClaimEstate
from service.outbox.states import Reason
from service.rights.audience import Audience
from service.rights.book import Book
from service.rights.explained import Objection
from service.rights.proposals import Draft, Proposal

_OVERLAPS = Objection(
    Reason(
        "claim-overlaps",
        "与该作品已有的权利项重叠；哪些权利项，存证人可以查看。",
        "It overlaps rights of the work that were claimed before; the registrant sees which.",
    )
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whoever asks. `account`: for whom it proposes where it is no party: of its key, or the institution's."""

    book: Book
    audience: Audience
    account: Address
    now: int

    def require_seen(self, estates: Iterable[int], grants: Iterable[Hash32]) -> None:
        """Demand that what an act is about is for it to see: else it is not even said whether it is there.

        Raises:
            NotFound: one is not.
        """
        for estate_id in estates:
            self.audience.require_estate(self.book, estate_id)
        for grant_id in grants:
            self.audience.require_grant(self.book, grant_id)

    def proposer(self, draft: Draft) -> Address:
        """Give the account that it proposes an act for.

        Raises:
            NotAllowed: it neither has to agree nor is the registrant of the work; or it is not, and this is a claim, of
                which the owners are whoever it names.
        """
        registered = self.audience.sees_work(self.book, draft.work_id)
        if isinstance(draft.request, ClaimEstate) and not registered:
            raise NotAllowed(
                "not-the-registrant",
                "只有作品的存证人可以提出权利主张。",
                "Only the registrant of the work can propose a claim of its rights.",
            )
        mine = [party for party in draft.parties if party in self.audience.accounts]
        if mine:
            return mine[0]
        if registered:
            return self.account
        raise NotAllowed(
            "not-a-party",
            "只有须同意的各方与作品的存证人可以提出。",
            "Only those who have to agree and the registrant of the work can propose it.",
        )

    def party(self, found: Proposal, named: Address | None, *, any_party: bool = False) -> Address:
        """Say for which party of a proposal it speaks.

        Args:
            any_party: a signature says who agrees, whoever hands it in.

        Raises:
            BadInput: it stands for several, or for none, and names none; or that account may not agree now.
            NotAllowed: it does not stand for the one it names.
        """
        mine = [party for party in found.parties if party in self.audience.accounts]
        if named is not None:
            if named not in mine and not any_party:
                raise not_yours(named)
            return named
        if len(mine) != 1:
            raise BadInput(
                "party-unclear",
                "请指明代表哪一方同意。",
                "Name the party that agrees.",
                parties=[write_address(party) for party in mine],
            )
        return mine[0]

    def require_standing(self, party: Address) -> None:
        """Demand that whoever stands for a party may agree to anything.

        Raises:
            BadInput: it is unknown or suspended.
        """
        standing = self.book.standing(party)
        if standing is None or not standing.may_act(self.now):
            raise BadInput(
                "cannot-consent",
                "该账户未登记或已暂停，不能表示同意。",
                "This account is unknown or suspended, so it cannot agree.",
                party=write_address(party),
            )

    def require_no_key(self, party: Address) -> None:
        """Demand that a party has no key of its own, so that a paper may stand for it.

        Raises:
            BadInput: it has one.
        """
        if not self.book.keeps_key(party):
            raise BadInput(
                "party-has-key",
                "该方自有密钥，须本人签署，不能以纸面见证代替。",
                "This party has a key of its own, so a paper cannot stand for its signature.",
                party=write_address(party),
            )


def as_told(
    book: Book, audience: Audience, request: Agreed, found: tuple[Objection, ...]
) -> tuple[Objection, ...]:
    """Give the objections to an act as somebody may hear them: which estates a claim meets is the registrant's."""
    if not isinstance(request, ClaimEstate) or audience.sees_work(book, request.agreement.work_id):
        return found
    others = tuple(one for one in found if one.reason.code != _OVERLAPS.reason.code)
    return others if len(others) == len(found) else (*others, _OVERLAPS)


def may_end(found: Proposal, audience: Audience, key_id: str) -> bool:
    """Whether somebody may end a proposal: whoever made it, or a party."""
    return found.principal == key_id or audience.is_one_of(found.parties)


def require_end(found: Proposal, audience: Audience, key_id: str) -> None:
    """Demand that somebody may end a proposal.

    Raises:
        NotAllowed: it may not.
    """
    if not may_end(found, audience, key_id):
        raise NotAllowed(
            "not-a-party",
            "只有提出人或须同意的各方可以撤回。",
            "Only who proposed it, or a party, can withdraw it.",
        )


def not_yours(party: Address) -> NotAllowed:
    """The error for an account that a key does not act for."""
    return NotAllowed(
        "not-your-account",
        "这个密钥不代表该账户。",
        "This key does not act for that account.",
        party=write_address(party),
    )
