"""Proposals for tests: a grant of two owners' estate to a house, with keys of their own."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from indexer.rights.acts import GrantKind
from indexer.rights.scope import Scope
from indexer.values import ZERO_HASH, Address, Hash32
from service.keys import curve, intents
from service.keys.agreements import Offer
from service.keys.intents import Domain
from service.keys.secret import Secret
from service.outbox.requests import GrantRights
from service.rights.proposals import Draft
from tests.service.outbox.samples import word

DOMAIN = Domain(1, Address(b"\xc7" * 20), word(1))
WORK = word(0x77)
SCOPE = Scope(1, 1 << 10, 1 << 2, 1, 20_500, 24_000)


def offer(licensee: Address, *, deadline: int = 0, agreement: Hash32 = WORK) -> Offer:
    """Offer an exclusive grant."""
    return Offer(
        estate_id=7,
        parent_id=ZERO_HASH,
        revision=1,
        licensee=licensee,
        kind=GrantKind.EXCLUSIVE,
        sublicensable=False,
        scope=SCOPE,
        notice_days=0,
        conditions=ZERO_HASH,
        agreement=agreement,
        agreement_cid=agreement,
        signed_on=0,
        deadline=deadline or int(time.time()) + 3_600,
    )


@dataclass
class Cast:
    """Two owners and a house, with keys of their own."""

    keys: list[Secret] = field(default_factory=lambda: [curve.new_key() for _ in range(3)])

    @property
    def parties(self) -> tuple[Address, ...]:
        """Their accounts: the owners, the house."""
        return tuple(map(curve.address_of, self.keys))

    def draft(self, **changes: object) -> Draft:
        """A grant that all three have to agree to."""
        made = replace(offer(self.parties[2]), **changes)  # type: ignore[arg-type]
        return Draft(GrantRights(made, ()), WORK, intents.digest(DOMAIN, made), self.parties)

    def signed(self, draft: Draft, which: int) -> bytes:
        """Sign as a wallet does."""
        return curve.sign(self.keys[which], draft.intent)
