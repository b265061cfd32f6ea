"""What can go wrong with the chain on this machine, said in Chinese and English. Pure.

DevnetError
├── NodeNotBuilt       the node program could not be built or found
├── NodeNotStarted     the node ended or did not answer in time
├── NodeUnreachable    no node answers at the address
├── NodeRefused        the node answered with an error
├── NothingThere       the home folder has no chain yet
├── WrongChain         the chain is not the one that this home folder belongs to
└── DeploymentFailed   a contract could not be created
"""

from __future__ import annotations

from typing import Any


class DevnetError(Exception):
    """Root of the tree.

    Args:
        code: a stable kebab-case word for programs, e.g. `no-go`.
        zh: what happened and what to do, in Chinese.
        en: the same in English.
        facts: JSON-safe values that locate the fault. Never a key.
    """

    def __init__(self, code: str, zh: str, en: str, **facts: Any) -> None:
        super().__init__(f"{zh} / {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.facts = facts


class NodeNotBuilt(DevnetError):
    """The node program could not be built or found."""


class NodeNotStarted(DevnetError):
    """The node ended or did not answer in time."""


class NodeUnreachable(DevnetError):
    """No node answers at the address; trying again is safe."""


class NodeRefused(DevnetError):
    """The node answered with an error."""


class NothingThere(DevnetError):
    """The home folder has no chain yet."""


class WrongChain(DevnetError):
    """The chain is not the one that this home folder belongs to."""


class DeploymentFailed(DevnetError):
    """A contract could not be created."""
