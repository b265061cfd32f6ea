"""What is left when the dust has settled: lost, repeated and stuck requests, and whether all books agree. Reads all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from indexer import events as acts
from indexer.live import Indexer
from indexer.node import Node
from indexer.record import Record
from indexer.reindex import reindex
from indexer.store import Projection
from indexer.store.comparison import differences
from service.checking import check_all
from service.installation import Installation
from service.keys.operators import Operator
from service.outbox.nonces import Fate
from service.outbox.operations import Operation
from service.outbox.states import State
from service.outbox.tables import OperationRow, TransactionRow
from tests.faults.story import ACT, SETTLED, Asked
from tests.service.outbox.house import House

_BESIDE = (acts.HoldPlaced, acts.HoldReleased, acts.RoleGranted)
"""Acts that are recorded beside the one that was asked for, or at the creation."""


@dataclass
class Reckoning:
    """What was found; each a line that names what it is about."""

    requests: int = 0
    lost: list[str] = field(default_factory=list)
    """Settled without its record, ended otherwise than it had to, or a transaction that the rows or the chain lack."""
    repeated: list[str] = field(default_factory=list)
    """Recorded without a request, or twice for one; a nonce used twice."""
    stuck: list[str] = field(default_factory=list)
    """Accepted and not ended."""
    unsound: list[str] = field(default_factory=list)
    """What fsck found, and tables that a second and a rebuilt index have otherwise."""

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not (self.lost or self.repeated or self.stuck or self.unsound)

    def __str__(self) -> str:
        kinds = ("lost", "repeated", "stuck", "unsound")
        found = [f"{kind}: {one}" for kind in kinds for one in getattr(self, kind)]
        return f"{self.requests} requests; " + ("; ".join(found[:20]) or "nothing found")


def reckon(
    house: House, asked: Mapping[str, Asked], ids: Mapping[str, str], *, put_back: bool = False
) -> Reckoning:
    """Go through everything that was accepted, the ledger, the nonces, the index and the files.

    Args:
        house: talks to the node itself, not to the proxy.
        ids: of the operations, by the keys of `asked`.
        put_back: an older backup of the outbox was: nonces were used that it does not know.
    """
    found = Reckoning(len(ids))
    there = _compare_operations(found, house, asked, ids)
    ended = {key: house.operation(one) for key, one in ids.items() if one in there}
    found.stuck += [f"{key} is {one.state}" for key, one in ended.items() if not one.state.ended]
    house.indexer.catch_up()
    with house.office.projection.view() as view:
        ledger = {one.seq: one for one in view.records(0, view.as_of.count - 1)}
    _compare_records(found, asked, ended, ledger)
    if not found.stuck:
        _compare_nonces(found, house, frozenset({Fate.FINAL, *((Fate.FOREIGN,) if put_back else ())}))
    _compare_books(found, house)
    return found


def _compare_operations(
    found: Reckoning, house: House, asked: Mapping[str, Asked], ids: Mapping[str, str]
) -> set[str]:
    """Pair what was asked for and the rows, one of each; give the rows."""
    with house.office.database.read() as connection:
        there = set(connection.execute(select(OperationRow.id)).scalars())
    found.lost += [f"{key} has no operation" for key in asked if ids.get(key) not in there]
    found.repeated += [f"operation {one} has no request" for one in there - set(ids.values())]
    shared = [one for one, many in Counter(ids.values()).items() if many > 1]
    found.lost += [f"operation {one} is that of several requests" for one in shared]
    return there


def _compare_records(
    found: Reckoning,
    asked: Mapping[str, Asked],
    ended: Mapping[str, Operation],
    ledger: Mapping[int, Record],
) -> None:
    """Pair settled requests and records: none without the other, and each record with one act only."""
    claimed: dict[int, object] = {}
    for key, one in ended.items():
        if one.state.ended:
            _compare_end(found, key, asked[key], one)
        if one.state is State.SETTLED:
            _claim(found, key, asked[key], one, ledger, claimed)
    for seq, record in ledger.items():
        if seq not in claimed and not isinstance(acts.decode(record), _BESIDE):
            found.repeated.append(f"record {seq} ({type(acts.decode(record)).__name__}) has no request")
    entries = Counter((one.source, one.act, one.data) for one in ledger.values())
    found.repeated += [
        f"{many} records alike: {entry[1].hex()}" for entry, many in entries.items() if many > 1
    ]


def _compare_end(found: Reckoning, key: str, asked: Asked, one: Operation) -> None:
    end = one.reason.code if one.reason else SETTLED
    if end != asked.end:
        found.lost.append(f"{key} ended as {end}, not {asked.end}")


def _claim(
    found: Reckoning,
    key: str,
    asked: Asked,
    one: Operation,
    ledger: Mapping[int, Record],
    claimed: dict[int, object],
) -> None:
    """Find the record of a settled request; only a request for the very same act may have it too."""
    record = ledger.get(-1 if one.seq is None else one.seq)
    if record is None or not isinstance(acts.decode(record), ACT[one.kind]):
        found.lost.append(f"{key} has no record at {one.seq}")
    elif claimed.setdefault(record.seq, asked.request) != asked.request:
        found.lost.append(f"{key} shares the record {one.seq} with another request")


def _compare_nonces(found: Reckoning, house: House, over: frozenset[str]) -> None:
    """Each key's rows are its nonces on chain, each once and over."""
    with house.office.database.read() as connection:
        rows = connection.execute(
            select(TransactionRow.sender, TransactionRow.nonce, TransactionRow.state)
        ).all()
    for operator in Operator:
        account = house.office.vault.operator(operator)
        final = sorted(row.nonce for row in rows if row.sender == account and row.state in over)
        due = list(range(house.office.nodes.next_nonce(account)))
        if final != due:
            found.lost.append(f"nonces of {operator}: rows have {len(final)} final, the chain {len(due)}")
    left = Counter(row.state for row in rows if row.state not in over | {Fate.DISPLACED})
    if left:
        found.stuck.append(f"transactions left: {dict(left)}")


def _compare_books(found: Reckoning, house: House) -> None:
    """Check index, chain and files against each other, and against an index that is made anew in two ways."""
    installation = Installation(house.settings)
    try:
        report = check_all(installation, thorough=True)
    finally:
        installation.close()
    found.unsound += [f"fsck: {one['code']} {one['place']} {one['en']}" for one in report["findings"]]
    with (
        TemporaryDirectory(prefix="qianyin-faults-") as folder,
        Node(house.deployment.rpc) as node,
        Projection.open(f"sqlite:///{Path(folder) / 'second.db'}") as second,
    ):
        Indexer(node, second, house.deployment, depth=house.depth).catch_up()
        found.unsound += _differences("followed anew", house, second)
        reindex(node, second, house.deployment, depth=house.depth)
        found.unsound += _differences("rebuilt", house, second)


def _differences(how: str, house: House, other: Projection) -> list[str]:
    return [
        f"{how}: {one.table} {one.here} {one.there}" for one in differences(house.office.projection, other)
    ]
