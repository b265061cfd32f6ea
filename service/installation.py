"""The opened parts of one home folder, each opened when it is first asked for. Owns opening and closing them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from indexer import deployment as deployments
from indexer.deployment import Deployment
from indexer.events import Sources
from indexer.evidence.anchor import TrustAnchor
from indexer.evidence.anchor_file import read_anchor
from indexer.values import Address
from service.errors import NotFound
from service.files.directory import DirectoryStore
from service.files.previews import Previews
from service.reading.library import Library
from service.settings import Settings

if TYPE_CHECKING:
    from indexer.node import Node
    from indexer.store import Projection
    from service.audit.renderers import Renderers
    from service.files.store import ContentStore
    from service.keys.vault import KeyVault
    from service.outbox.database import Database
    from service.people.persons import People
    from service.reading.following import Watch
    from service.reading.institutions import Institutions
    from service.reading.proof import Memory


class Installation:
    """What one process of the service works with. Share it between threads; close it at the end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._anchor: tuple[tuple[int, int, int], TrustAnchor] | None = None

    @cached_property
    def deployment(self) -> Deployment:
        """Where the contracts are.

        Raises:
            NotFound: nothing is deployed in this home yet.
        """
        path = self.settings.deployment
        if not path.exists():
            raise NotFound(
                "nothing-deployed",
                f"{self.settings.home} 中还没有部署合约；请先运行 qianyin up。",
                f"Nothing is deployed in {self.settings.home} yet; run qianyin up first.",
            )
        return deployments.read(path)

    @cached_property
    def sources(self) -> Sources:
        """Which contract is which."""
        return self.deployment.sources

    @property
    def anchor(self) -> TrustAnchor | None:
        """What this installation pins; read anew when it was written anew, since issuers are added while it runs."""
        try:
            written = self.settings.trust_anchor.stat()
        except FileNotFoundError:
            return None
        version = (written.st_mtime_ns, written.st_ino, written.st_size)
        if self._anchor is None or self._anchor[0] != version:
            self._anchor = version, read_anchor(self.settings.trust_anchor.read_bytes())
        return self._anchor[1]

    @cached_property
    def database(self) -> Database:
        """What is not disposable, brought up to date."""
        from service.outbox.database import open_database

        return open_database(self.settings.outbox_url)

    @cached_property
    def projection(self) -> Projection:
        """What the chain says, as rows."""
        from indexer.store import Projection

        return Projection.open(self.settings.index_url)

    @cached_property
    def renderers(self) -> Renderers:
        """The processes that write long exports."""
        from service.audit.renderers import Renderers

        return Renderers(self.settings.index_url)

    @cached_property
    def node(self) -> Node:
        """The nodes that the chain is read from."""
        from indexer.node import Node

        return Node(self.settings.rpc or self.deployment.rpc)

    @cached_property
    def files(self) -> ContentStore:
        """Where files are kept."""
        if self.settings.files == "directory":
            return DirectoryStore(self.settings.store)
        from service.files.kubo import KuboStore

        return KuboStore(self.settings.files)

    @cached_property
    def previews(self) -> Previews:
        """Small pictures of what is kept."""
        return Previews(self.settings.home / "previews", self.files)

    @cached_property
    def library(self) -> Library:
        """Manifests and statements by digest."""
        return Library(self.files)

    @cached_property
    def proofs(self) -> Memory:
        """The evidence that pages showed lately."""
        from service.reading.proof import Memory

        return Memory()

    @property
    def people(self) -> People:
        """Who is behind the accounts registered here, opened with the master key.

        Raises:
            Unavailable: that key is not here.
        """
        from service.keys.master import master_sealer
        from service.people.persons import People

        return People(self.database, master_sealer(self.settings))

    @cached_property
    def institutions(self) -> Institutions:
        """The public names of institutions registered here."""
        from service.reading.institutions import Institutions

        def read() -> dict[Address, str]:
            return self.people.institutions()

        return Institutions(read)

    @cached_property
    def watch(self) -> Watch:
        """Whether the index keeps up with its chain."""
        from service.reading.following import watch

        return watch(self.settings.rpc or self.deployment.rpc)

    @cached_property
    def vault(self) -> KeyVault:
        """The keys of this installation."""
        from service.keys.vault import open_vault

        return open_vault(self.settings)

    def close(self) -> None:
        """Close what was opened; asking for a part again opens it again."""
        for part in ("renderers", "projection", "database", "node", "watch"):
            opened = self.__dict__.pop(part, None)
            if opened is not None:
                opened.close()
