"""The machine that a home is on: room on its disk, its clock, who may read its keys. Reads the file system."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from indexer.health import CLOCK_LEEWAY
from service.examining.finding import Finding, ill, warning, well
from service.settings import Settings

LITTLE_ROOM = 2 << 30
NO_ROOM = 200 << 20
"""Bytes: an archive node and two databases write all the time, and a full disk stops all of them."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def disk(folder: Path) -> Finding:
    """Look how much room there is."""
    free = shutil.disk_usage(_nearest(folder)).free
    said = (f"磁盘剩余 {free / (1 << 30):.1f} GiB", f"{free / (1 << 30):.1f} GiB of disk are free")
    todo = (
        f"请腾出空间，或把 {folder} 移到更大的磁盘（先停止全部程序）。",
        f"Make room, or move {folder} to a larger disk, with every program stopped.",
    )
    if free < NO_ROOM:
        return ill("disk", said, todo)
    return warning("disk", said, todo) if free < LITTLE_ROOM else well("disk", *said)


def clock(now: int, latest: int) -> Finding:
    """Compare the clock with the latest time that anything here was recorded at; both in Unix seconds."""
    ahead = latest - now
    if ahead > CLOCK_LEEWAY:
        return ill(
            "clock",
            (
                f"本机时钟比已有记录落后 {ahead} 秒。",
                f"This machine's clock is {ahead} s behind what was recorded already.",
            ),
            (
                "请校准时钟（NTP）：时钟倒退时链停止出块，直到追上为止。",
                "Set the clock right (NTP): with a clock put back the chain seals nothing until it has caught up.",
            ),
        )
    return well("clock", "与记录相符", "agrees with what is recorded")


def keys(settings: Settings) -> Iterator[Finding]:
    """Look who may read the keys, and where the master key is."""
    folder = settings.keys
    open_to_others = [
        path
        for path in (folder, *sorted(folder.glob("*")))
        if path.exists() and path.stat().st_mode & _OTHERS
    ]
    if open_to_others:
        names = ", ".join(str(path) for path in open_to_others[:5])
        yield ill(
            "keys",
            (f"其他用户可读取密钥：{names}", f"Others than their owner may read keys: {names}"),
            (f"chmod 700 {folder} && chmod 600 {folder}/*", f"chmod 700 {folder} && chmod 600 {folder}/*"),
        )
    path = settings.master_key_path
    if settings.master_key is None and path.parent == folder:
        yield warning(
            "keys",
            (
                "主密钥与它所保护的密钥在同一文件夹：偷到磁盘的人两者都能拿到。",
                "The master key lies beside the keys it protects: whoever steals the disk has both.",
            ),
            (
                "生产环境请移到别处，并以 master_key_file 或 QIANYIN_MASTER_KEY 指明；备份时分开保存。",
                "In production keep it elsewhere (master_key_file, or QIANYIN_MASTER_KEY), and back it up apart.",
            ),
        )


def folder(part: str, path: Path) -> Finding:
    """Look whether files can be put into a folder, or the folder made."""
    there = _nearest(path)
    if os.access(there, os.W_OK | os.X_OK):
        return well(part, f"文件夹 {path}", f"folder {path}")
    return ill(
        part,
        (f"无法写入 {path}。", f"{path} cannot be written to."),
        (f"请检查 {there} 的权限。", f"Check the permissions of {there}."),
    )


def file_of(url: str) -> Path | None:
    """Give the file of a database of SQLite; None for one that is elsewhere."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _nearest(path: Path) -> Path:
    """Give what is there already of a path: itself, or the folder it would be made in."""
    return path if path.exists() else next(one for one in path.absolute().parents if one.exists())
