"""The trust anchor of this installation: who vouches for which issuer. Owns `trust-anchor.json` once it is there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from indexer.evidence.anchor import Authority, TrustAnchor, issuer_statement, with_authority, with_issuer
from indexer.evidence.anchor_file import read_anchor, write_anchor
from indexer.keccak import keccak256
from indexer.values import Address
from service.errors import NotFound
from service.keys.operators import Operator
from service.keys.vault import KeyVault


def read(path: Path) -> TrustAnchor:
    """Read the anchor.

    Raises:
        NotFound: there is none yet.
        AnchorError: it is malformed or does not agree with itself.
    """
    if not path.exists():
        raise NotFound(
            "no-anchor",
            f"{path.parent} 中还没有信任锚；请先运行 qianyin up。",
            f"There is no trust anchor in {path.parent} yet; run qianyin up first.",
        )
    return read_anchor(path.read_bytes())


def write(path: Path, anchor: TrustAnchor) -> None:
    """Put an anchor in the place of the present one, whole or not at all."""
    handle, aside = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(write_anchor(anchor))
        out.flush()
        os.fsync(out.fileno())
    Path(aside).chmod(0o644)
    Path(aside).replace(path)


def vouch(
    path: Path, vault: KeyVault, authority: tuple[str, str], issuer: Address, names: tuple[str, str]
) -> TrustAnchor:
    """Let the regulation governor of this home, as an authority, state whose account an issuer's is.

    In a demonstration it stands for the regulator; in production the regulator signs `issuer_statement` with a key of
    its own, and the signature is added by `admit`.

    Args:
        authority, names: names in Chinese and English.
    """
    anchor = read(path)
    stated_by = vault.operator(Operator.REGULATION_GOVERNOR)
    anchor = with_authority(anchor, Authority(stated_by, *authority))
    text = issuer_statement(anchor, issuer, *names)
    framed = keccak256(b"\x19Ethereum Signed Message:\n" + str(len(text)).encode() + text)
    signature = vault.sign_as_operator(Operator.REGULATION_GOVERNOR, framed)
    anchor = with_issuer(anchor, issuer, *names, stated_by=stated_by, signature=signature)
    write(path, anchor)
    return anchor


def admit(
    path: Path, authority: Authority, issuer: Address, names: tuple[str, str], signature: bytes
) -> TrustAnchor:
    """Add an issuer that an authority outside vouches for, with its signature over `issuer_statement` (EIP-191).

    Raises:
        AnchorError: the signature is not by that authority over these names on this ledger.
    """
    anchor = with_authority(read(path), authority)
    anchor = with_issuer(anchor, issuer, *names, stated_by=authority.address, signature=signature)
    write(path, anchor)
    return anchor
