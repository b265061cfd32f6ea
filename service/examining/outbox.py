"""The outbox: what waits, what is stuck, and whether anybody works on it. Reads its tables."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from service.examining.finding import Finding, ill, warning, well
from service.installation import Installation
from service.outbox.nonces import OPEN, SendingKey, unreconciled
from service.outbox.operations import counts
from service.outbox.tables import LeaseRow, OperationRow, TransactionRow

STUCK_AFTER = 600
"""Seconds after which a transaction that is not final is worth a look: a block takes seconds."""


def outbox(installation: Installation) -> Iterator[Finding]:
    """Look at requests, transactions, keys and workers."""
    counted = {state: many for state, many in counts(installation.database).items() if many}
    waiting = sum(many for state, many in counted.items() if not state.ended)
    with installation.database.read() as connection:
        found = [*_unreconciled(connection, installation), *_stuck(connection)]
        if waiting and not _somebody_works(connection):
            found.append(_nobody_works(waiting))
    text = ", ".join(f"{many} {state.value}" for state, many in counted.items())
    yield from found or [well("outbox", text or "没有请求", text or "no requests")]


def _unreconciled(connection: Connection, installation: Installation) -> Iterator[Finding]:
    if not installation.settings.deployment.exists():
        return
    genesis = installation.deployment.genesis_hash
    for operator, account in installation.vault.operators.items():
        row = unreconciled(connection, SendingKey(genesis, operator, account))
        if row is not None:
            yield ill(
                "outbox",
                (
                    f"密钥 {operator} 已停止签发：链上序号 {row.chain_next} 超过本地的 {row.rows_next}。",
                    f"The key {operator} signs nothing: chain at nonce {row.chain_next}, rows at {row.rows_next}.",
                ),
                (
                    f"若刚恢复过备份，请运行 qianyin reconcile {operator}；否则密钥可能在他人手中，请先查明。",
                    f"After restoring a backup run qianyin reconcile {operator}; else somebody may have the key.",
                ),
            )


def _stuck(connection: Connection) -> Iterator[Finding]:
    query = (
        select(func.min(OperationRow.id), TransactionRow.nonce, TransactionRow.signed_at)
        .join(OperationRow, OperationRow.transaction_id == TransactionRow.id)
        .where(TransactionRow.state.in_(OPEN), TransactionRow.signed_at < int(time.time()) - STUCK_AFTER)
        .group_by(TransactionRow.id, TransactionRow.nonce, TransactionRow.signed_at)
        .order_by(TransactionRow.id)
        .limit(5)
    )
    for operation, nonce, signed_at in connection.execute(query):
        minutes = (int(time.time()) - signed_at) // 60
        yield warning(
            "outbox",
            (
                f"序号 {nonce} 的交易签发 {minutes} 分钟仍未入账（操作 {operation}）。",
                f"The transaction of nonce {nonce} is not final after {minutes} minutes (operation {operation}).",
            ),
            (
                f"先看 qianyin logs 与节点；确实无法入账时运行 qianyin supersede {operation}",
                f"Look at qianyin logs and the node first; if it cannot get in, run qianyin supersede {operation}",
            ),
        )


def _somebody_works(connection: Connection) -> bool:
    query = select(func.count()).select_from(LeaseRow).where(LeaseRow.until > time.time())
    return bool(connection.execute(query).scalar_one())


def _nobody_works(waiting: int) -> Finding:
    return ill(
        "outbox",
        (f"{waiting} 项请求在等待，没有 worker 在运行。", f"{waiting} requests wait, and no worker runs."),
        ("请启动 qianyin worker；等待中的请求不会丢失。", "Start qianyin worker; what waits is not lost."),
    )
