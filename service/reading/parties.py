"""How accounts are called in public: institutions by name, everybody else by a mask. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from indexer.evidence.anchor import TrustAnchor
from indexer.values import Address
from indexer.wire import write_address
from service.masking import masked, masked_in_english
from service.pages.views import Name, Party


@dataclass(frozen=True, slots=True)
class Parties:
    """Who may be called by name.

    Attributes:
        anchor: the trust anchor; its issuers are recognised. None where the home has none.
        institutions: names of institutions as they are registered here: (Chinese, English or none). The anchor's
            name goes before; a page that shows one of these says who says so.
    """

    anchor: TrustAnchor | None = None
    institutions: Mapping[Address, tuple[str, str]] = field(default_factory=dict)

    def name(self, account: Address) -> Name | None:
        """Give the public name of an institution; None for everybody else."""
        issuer = self.anchor.issuer(account) if self.anchor else None
        if issuer is not None:
            return Name(issuer.name, parallel=issuer.name_en)
        known = self.institutions.get(account)
        return Name(known[0], parallel=known[1] or None, said_here=True) if known else None

    def label(self, account: Address) -> Name:
        """Give what a history calls an account: a name, or for all but institutions a mask."""
        return self.name(account) or Name(masked(account), parallel=masked_in_english(account))

    def party(self, account: Address) -> Party:
        """Give an institution; one without a name is called by its mask."""
        recognised = self.anchor is not None and self.anchor.issuer(account) is not None
        named_by: Literal["anchor", "installation", "nobody"]
        named_by = "anchor" if recognised else "installation" if account in self.institutions else "nobody"
        return Party(self.label(account), write_address(account), recognised, named_by)

    def known_as(self, text: str) -> Name | None:
        """Give an institution by its name as somebody wrote it, so that it is shown in the reader's language."""
        issuers = self.anchor.issuers if self.anchor else ()
        return next((Name(one.name, parallel=one.name_en) for one in issuers if one.name == text), None)
