"""How accounts are called in public: institutions by name, everybody else by a mask. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.evidence.anchor import TrustAnchor
from indexer.values import Address
from indexer.wire import write_address
from service.masking import masked
from service.pages.views import Name, Party


@dataclass(frozen=True, slots=True)
class Parties:
    """Who may be called by name.

    Attributes:
        anchor: the trust anchor; its issuers are recognised. None where the home has none.
        institutions: names of institutions registered here that no anchor names: (Chinese, English).
    """

    anchor: TrustAnchor | None = None
    institutions: Mapping[Address, tuple[str, str]] = field(default_factory=dict)

    def name(self, account: Address) -> Name | None:
        """Give the public name of an institution; None for everybody else."""
        issuer = self.anchor.issuer(account) if self.anchor else None
        if issuer is not None:
            return Name(issuer.name, parallel=issuer.name_en)
        known = self.institutions.get(account)
        return Name(known[0], parallel=known[1] or None) if known else None

    def label(self, account: Address) -> Name:
        """Give what a history calls an account: a name, or for all but institutions a mask."""
        return self.name(account) or Name(masked(account))

    def party(self, account: Address) -> Party:
        """Give an institution; one without a name is called by its mask."""
        recognised = self.anchor is not None and self.anchor.issuer(account) is not None
        return Party(self.label(account), write_address(account), recognised)
