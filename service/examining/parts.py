"""Every part of an installation, looked at one by one. Reads all of them, changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from sqlalchemy.exc import OperationalError

from devnet import deploy
from devnet.errors import DevnetError
from devnet.rpc import Endpoint
from indexer.connection import NodeError
from indexer.errors import IndexerError
from indexer.follow import Header
from indexer.health import Health, health
from indexer.store import NothingIndexed
from indexer.values import as_hex
from service.errors import QianyinError
from service.examining import machine
from service.examining.finding import Finding, ill, warning, well
from service.examining.outbox import outbox
from service.installation import Installation

Look = Callable[[Installation], Iterable[Finding]]
_UP = ("请运行 qianyin up。", "Run qianyin up.")
_DATABASE = (
    "请查看数据库是否在运行，地址是否正确。",
    "See that the database runs, and that its address is right.",
)


def examine(installation: Installation) -> list[Finding]:
    """Look at every part; what cannot be looked at is ill, too."""
    found: list[Finding] = []
    missing = not installation.settings.deployment.exists()
    for part, look in _PARTS.items():
        if missing and part in _ON_CHAIN:
            continue
        try:
            found += look(installation)
        except QianyinError as fault:
            found.append(ill(part, (fault.zh, fault.en), ("", "")))
        except DevnetError as fault:
            found.append(ill(part, (fault.zh, fault.en), _UP))
        except (IndexerError, ValueError, OSError) as fault:
            found.append(ill(part, (f"无法查看：{fault}", f"It cannot be looked at: {fault}"), ("", "")))
        except OperationalError as fault:
            said = str(fault.orig).partition("\n")[0]
            words = (f"数据库没有应答：{said}", f"The database does not answer: {said}")
            found.append(ill(part, words, _DATABASE))
    return found


def _deployment(installation: Installation) -> Iterator[Finding]:
    text = as_hex(installation.deployment.ledger.address)
    yield well("deployment", f"账本 {text}", f"ledger {text}")


def _chain(installation: Installation) -> Iterator[Finding]:
    """Ask every node: first block, and the code of every contract."""
    deployment = installation.deployment
    for url in installation.settings.rpc or deployment.rpc:
        deploy.verify(Endpoint(url, seconds=5.0), deployment)
    _, newest = installation.node.look()
    number, many = newest.number, len(deployment.contracts)
    yield well(
        "chain",
        f"区块 {number}，{many} 个合约的代码相符",
        f"block {number}, the code of {many} contracts agrees",
    )


def _anchor(installation: Installation) -> Iterator[Finding]:
    anchor = installation.anchor
    if anchor is None:
        yield ill("anchor", ("没有信任锚。", "There is no trust anchor."), _UP)
    elif not anchor.issuers:
        yield warning(
            "anchor",
            (
                "信任锚未列出任何发行方：核验结果至多为“发行方身份未证实”。",
                "The trust anchor names no issuer: no verdict is valid.",
            ),
            (
                "请由主管部门签署 qianyin anchor statement，再运行 qianyin anchor admit。",
                "Have an authority sign qianyin anchor statement, then run qianyin anchor admit.",
            ),
        )
    else:
        kind = ("演示", "demo") if anchor.demo else ("正式", "production")
        many = len(anchor.issuers)
        yield well("anchor", f"{many} 个发行方，{kind[0]}", f"{many} issuers, {kind[1]}")


def _outbox(installation: Installation) -> Iterator[Finding]:
    """Look into the outbox where there is one; to open it elsewhere would make it."""
    settings = installation.settings
    file = machine.file_of(settings.outbox_url)
    there = file is not None and file.exists()
    if not there and not settings.deployment.exists():
        said = (f"{settings.home} 中尚未建立任何内容。", f"Nothing is set up in {settings.home}.")
        yield ill("outbox", said, _UP)
    elif not there and file is not None:
        yield warning(
            "outbox",
            ("还没有请求的数据库。", "There is no database of requests yet."),
            (
                "首次运行 qianyin worker 时建立；若原先已有，请从备份放回。",
                "The first qianyin worker makes it; if there was one, put it back from the backup.",
            ),
        )
    else:
        yield from outbox(installation)


def _index(installation: Installation) -> Iterator[Finding]:
    try:
        found = _health(installation)
    except NothingIndexed:
        yield ill(
            "index",
            ("索引还是空的。", "The index is empty yet."),
            ("请确认 qianyin index 在运行。", "See that qianyin index runs."),
        )
        return
    number, count = found.as_of.number, found.as_of.count
    if found.halt is not None:
        seen = as_hex(found.halt.seen.hash)
        yield ill(
            "index",
            (
                f"索引已停在第 {number} 块：{found.halt.reason.value}。",
                f"The index has stopped at block {number}: {found.halt.reason.value}.",
            ),
            (
                f"先查明原因；确认新链为真后运行 qianyin reindex --accept-chain {seen}",
                f"Find out why first; once sure of the new chain run qianyin reindex --accept-chain {seen}",
            ),
        )
    elif found.lag_blocks:
        yield warning(
            "index",
            (f"落后 {found.lag_blocks} 块。", f"It is {found.lag_blocks} blocks behind."),
            ("请确认 qianyin index 在运行。", "See that qianyin index runs."),
        )
    else:
        yield well("index", f"区块 {number}，{count} 条记录", f"block {number}, {count} records")
    if found.stops:
        yield ill(
            "index",
            (
                f"{found.stops} 个对象的状态无法推算。",
                f"The state of {found.stops} subjects cannot be followed.",
            ),
            (
                "请升级本软件后运行 qianyin reindex。",
                "Install a later version of this software, then run qianyin reindex.",
            ),
        )


def _health(installation: Installation) -> Health:
    file = machine.file_of(installation.settings.index_url)
    if file is not None and not file.exists():
        raise NothingIndexed
    newest = _newest(installation)
    with installation.projection.view() as view:
        return health(view, newest, int(time.time()))


def _newest(installation: Installation) -> Header | None:
    """Give the node's newest block; None where it is silent, which is said of the chain."""
    try:
        return installation.node.look()[1].header
    except NodeError:
        return None


def _clock(installation: Installation) -> Iterator[Finding]:
    newest = _newest(installation)
    if newest is not None:
        yield machine.clock(int(time.time()), newest.time)


def _keys(installation: Installation) -> Iterator[Finding]:
    many = len(installation.vault.operators)
    found = list(machine.keys(installation.settings))
    yield from found or [well("keys", f"{many} 个操作密钥", f"{many} operator keys")]


def _files(installation: Installation) -> Iterator[Finding]:
    place = installation.settings.files
    if place == "directory":  # Not opened: that would make the folder.
        yield machine.folder("files", installation.settings.store)
        return
    from service.files.kubo import KuboStore

    store = installation.files
    faults = store.faults() if isinstance(store, KuboStore) else ()
    for said in faults:
        yield warning(
            "files",
            said,
            (
                '请在节点的 Datastore.Spec 中设 "sync": true，然后重启节点。',
                'Set "sync": true in the node\'s Datastore.Spec, then start it again.',
            ),
        )
    if not faults:
        yield well("files", f"IPFS 节点 {place}", f"IPFS node {place}")


def _disk(installation: Installation) -> Iterator[Finding]:
    yield machine.disk(installation.settings.home)


_PARTS: dict[str, Look] = {
    "deployment": _deployment,
    "chain": _chain,
    "clock": _clock,
    "anchor": _anchor,
    "keys": _keys,
    "outbox": _outbox,
    "index": _index,
    "files": _files,
    "disk": _disk,
}
_ON_CHAIN = frozenset(("chain", "clock", "index"))
"""Parts that are not there before contracts are."""
