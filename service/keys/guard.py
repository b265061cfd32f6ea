"""Never sign twice: what each key signed in each slot, in the database. Owns the table `signatures`."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from indexer.values import Address, Hash32, as_hex
from service.errors import Conflict
from service.outbox.tables import SignatureRow


class SignedBefore(Conflict):
    """The key signed another thing in this slot: signing this one as well is refused."""


def claim(connection: Connection, signer: Address, domain: Hash32, slot: str, digest: Hash32) -> None:
    """Give the slot to the digest, for ever, in the transaction that also stores what is signed.

    Args:
        domain: what the slot belongs to: a genesis hash, or an EIP-712 domain separator.
        slot: a nonce and attempt, or the nonce of an intent.

    Raises:
        SignedBefore: another digest has it.
    """
    row = SignatureRow
    where = (row.signer == signer, row.domain == domain, row.slot == slot)
    held = connection.execute(select(row.digest).where(*where)).scalar_one_or_none()
    if held is None:
        values = {"signer": signer, "domain": domain, "slot": slot, "digest": digest}
        connection.execute(insert(row).values(values))
    elif held != digest:
        raise SignedBefore(
            "signed-before",
            f"账户 {as_hex(signer)} 已在 {slot} 签过另一内容；拒绝再签。",
            f"The account {as_hex(signer)} signed something else as {slot}; it will not sign twice.",
            signer=as_hex(signer),
            slot=slot,
        )
