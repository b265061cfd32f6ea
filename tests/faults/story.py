"""What is asked for while things break: lives of objects, drawn by a seed, each with the end it must come to. Pure."""

from __future__ import annotations

import hashlib
import io
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from indexer import events as acts
from indexer.events import Measure, WorkKind
from indexer.values import Address, Hash32
from service.files.cid import cid_of
from service.files.description import Kind, describe
from service.files.digests import digests_of
from service.files.manifest import FileEntry, Manifest, manifest_bytes
from service.outbox import requests
from service.outbox.attachments import Attachment
from service.outbox.requests import OrderName, Request, TokenTarget
from tests.service.outbox.samples import POLICY, attachment, word

LONG_AGO = 1_700_000_000
FAR = int(time.time()) + 30 * 86_400
SETTLED = "settled"
_LONG = 300_000
"""Bytes of a file that waits in a folder: more than one piece of it has."""

_ABOUT = describe(
    Kind.RIGHTS_REGISTERED,
    {
        "title": "题",
        "maker": "人",
        "registration_number": "示例-2026-0117",
        "copyright_holder": "示例省博物馆",
    },
)

ACT: dict[str, type[acts.Act]] = {
    "register-account": acts.AccountRegistered,
    "create-collection": acts.CollectionCreated,
    "deposit": acts.WorkRegistered,
    "open-edition": acts.EditionOpened,
    "mint": acts.Minted,
    "distribute": acts.Distributed,
    "give-from-kept": acts.Gifted,
    "file-order": acts.OrderFiled,
    "execute-order": acts.OrderExecuted,
}
"""The act that a request of a kind leaves in the ledger."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and how it must end: `settled`, or the code of the reason for which it is refused.

    `files`: those that wait for it below the home folder.
    """

    request: Request
    end: str = SETTLED
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass
class Story:
    """Draws lives. `holders` have registered kept accounts."""

    seed: int
    issuer: Address
    holders: Sequence[Address]
    number: int = 0
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"story {self.seed}")

    @property
    def collection(self) -> requests.CreateCollection:
        """The collection that all is issued in, described by a statement that is kept."""
        statement = attachment(b"a collection for tests of faults", "statement")
        operation = word(0xFA)
        return requests.CreateCollection(self.issuer, operation, statement.sha256, POLICY, (statement,))

    def life(self) -> dict[str, Asked]:
        """Draw the life of one object: from deposit to gift and hold, or to a refusal and what it takes along."""
        return self.told(self.dice.choice((self.given, self._held, self._mistaken, self._twice, self.long)))

    def told(self, plot: Callable[[], dict[str, Asked]]) -> dict[str, Asked]:
        """Tell one life, each of its requests under a key of its own."""
        self.number += 1
        return {f"{self.seed}/{self.number} {name}": one for name, one in plot().items()}

    def deposit(self) -> requests.Deposit:
        """Deposit a file with its manifest, both kept."""
        manifest = attachment(f"manifest {self.seed}/{self.number}".encode())
        file = attachment(f"file {self.seed}/{self.number}".encode(), "file")
        kind = WorkKind.RIGHTS_REGISTERED
        return requests.Deposit(self.issuer, kind, file.sha256, manifest.sha256, attachments=(manifest, file))

    def _issued(self) -> tuple[dict[str, Asked], requests.Mint]:
        work = self.deposit()
        edition = requests.OpenEdition(self.collection.collection_id, work.work_id, 1, 2)
        mint = requests.Mint(self.collection.collection_id, work.work_id, 1, 1)
        return {"deposit": Asked(work), "edition": Asked(edition), "mint": Asked(mint)}, mint

    def _handed(self) -> tuple[dict[str, Asked], requests.Mint, Address, Address]:
        told, mint = self._issued()
        holder, other = self.dice.sample(list(self.holders), 2)
        hand = requests.Distribute(self.collection.collection_id, mint.token_id, holder)
        return told | {"distribute": Asked(hand)}, mint, holder, other

    def given(self) -> dict[str, Asked]:
        """Hand an object out, have it given, and given back."""
        told, mint, holder, other = self._handed()
        beyond = replace(mint, serial=3)
        return told | {
            "beyond the cap": Asked(beyond, "serial-out-of-range"),
            "gift": Asked(requests.GiveFromKept(mint.token_id, holder, other)),
            "gift back": Asked(requests.GiveFromKept(mint.token_id, other, holder)),
        }

    def _held(self) -> dict[str, Asked]:
        told, mint, holder, other = self._handed()
        document = Hash32(hashlib.sha256(f"order {self.seed}/{self.number}".encode()).digest())
        order = OrderName("某市中级人民法院", document, Measure.HOLD, TokenTarget(mint.token_id))
        filed = requests.FileOrder(order, word(1), LONG_AGO, FAR, FAR)
        return told | {
            "file": Asked(filed),
            "hold": Asked(requests.ExecuteOrder(order)),
            "gift while held": Asked(requests.GiveFromKept(mint.token_id, holder, other), "token-held"),
        }

    def _mistaken(self) -> dict[str, Asked]:
        told, mint = self._issued()
        empty = requests.OpenEdition(self.collection.collection_id, mint.work_id, 2, 0)
        under = requests.Mint(self.collection.collection_id, mint.work_id, 2, 1)
        return told | {
            "edition of none": Asked(empty, "cap-out-of-range"),
            "mint of none": Asked(under, "dependency-refused"),
            "hand out none": Asked(
                requests.Distribute(self.collection.collection_id, under.token_id, self.holders[0]),
                "dependency-refused",
            ),
        }

    def long(self, size: int = _LONG) -> dict[str, Asked]:
        """Deposit a file that waits in a folder, beside its manifest, which is in the database and names it."""
        name = f"{self.seed}-{self.number}"
        octets, file = long_file(name, size)
        named = FileEntry("work", "application/octet-stream", digests_of(io.BytesIO(octets)))
        manifest = attachment(manifest_bytes(Manifest(_ABOUT, (named,))))
        work = requests.Deposit(
            self.issuer,
            WorkKind.RIGHTS_REGISTERED,
            file.sha256,
            manifest.sha256,
            attachments=(manifest, file),
        )
        return {"deposit": Asked(work, files={file.path or "": octets})}

    def _twice(self) -> dict[str, Asked]:
        told, mint = self._issued()
        return told | {"deposit again": told["deposit"], "mint again": Asked(mint)}


def long_file(name: str, size: int) -> tuple[bytes, Attachment]:
    """Make a file too long to be carried in the database, and what a request says of it."""
    octets = random.Random(name).randbytes(size)
    sha256 = Hash32(hashlib.sha256(octets).digest())
    return octets, Attachment("file", sha256, size, cid_of(octets), "kubo-default", path=f"inbox/{name}")
