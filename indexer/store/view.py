"""The questions the projection answers, all of one `View` as of one block. Reads the projection's database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from indexer.events import Act, Role
    from indexer.record import Record
    from indexer.state import (
        Anchor,
        CancelledNonce,
        Collection,
        Edition,
        Order,
        Seat,
        Standing,
        State,
        Token,
        Work,
    )
    from indexer.store.answers import (
        Activity,
        AsOf,
        BlockRow,
        EntryFilter,
        Found,
        Known,
        Listing,
        Page,
        ProvenanceEntry,
        TokenPage,
    )
    from indexer.values import Address, Hash32


class View:
    """One consistent reading of the projection: every answer of it is as of the same block.

    Get one by `with projection.view() as view:`; it is a read transaction, so keep it short (one request).
    Lists are by keyset: pass a page's `cursor` as `after`.
    """

    as_of: AsOf

    # what was recorded

    def record(self, seq: int) -> ProvenanceEntry | None:
        """Give the record at a place in the ledger."""
        raise NotImplementedError

    def find_act(
        self, subject: Hash32, act_type: type[Act], after: int = -1, **words: object
    ) -> ProvenanceEntry | None:
        """Give the first record after seq `after` that names `subject`, is this act, and has these words.

        So the outbox knows that what it asked for is recorded, whoever sent it:
        `view.find_act(sources.work(work_id), WorkRegistered)`,
        `view.find_act(sources.token(token_id), Gifted, intent=digest)`,
        `view.find_act(sources.order(order_id), OrderExecuted)`.
        """
        raise NotImplementedError

    def find_acts(self, wanted: Iterable[tuple[Hash32, type[Act]]]) -> dict[tuple[Hash32, type[Act]], ProvenanceEntry]:
        """Give for each pair (subject, act) the first such record, in one query; pairs without one are left out."""
        raise NotImplementedError

    def find_intents(self, digests: Iterable[Hash32]) -> dict[Hash32, ProvenanceEntry]:
        """Give the records that used up these EIP-712 digests (of gifts, acceptances and loans), by digest."""
        raise NotImplementedError

    def transaction(self, transaction_hash: Hash32) -> tuple[ProvenanceEntry, ...]:
        """Give the records of a transaction, in order."""
        raise NotImplementedError

    def history(
        self, subject: Hash32, after: int | None = None, limit: int = 50, *, newest_first: bool = True
    ) -> Page[ProvenanceEntry]:
        """Give the records that name a subject; the cursor is a seq."""
        raise NotImplementedError

    def subject_head(self, subject: Hash32) -> tuple[Hash32, int]:
        """Give what the records of a subject lead to, and how many they are; zero and 0 where there are none."""
        raise NotImplementedError

    # what stands now

    def token(self, token_id: int) -> Known[Token] | None:
        """Give the state of a token."""
        raise NotImplementedError

    def work(self, work_id: Hash32) -> Known[Work] | None:
        """Give the state of a work."""
        raise NotImplementedError

    def collection(self, collection_id: Hash32) -> Known[Collection] | None:
        """Give the state of a collection."""
        raise NotImplementedError

    def edition(self, edition_id: int) -> Known[Edition] | None:
        """Give the state of an edition."""
        raise NotImplementedError

    def standing(self, account: Address) -> Known[Standing] | None:
        """Give the standing of an account."""
        raise NotImplementedError

    def order(self, order_id: Hash32) -> Known[Order] | None:
        """Give the state of a legal basis."""
        raise NotImplementedError

    def seat(self, role: Role, account: Address) -> Known[Seat] | None:
        """Give the state of one account in one role."""
        raise NotImplementedError

    def seats(self) -> tuple[Known[Seat], ...]:
        """Give all accounts in all roles, those proposed and those that left included."""
        raise NotImplementedError

    def anchor(self, anchor_id: Hash32) -> Known[Anchor] | None:
        """Give an anchor."""
        raise NotImplementedError

    def cancelled(self, account: Address, nonce: int) -> Known[CancelledNonce] | None:
        """Give the cancelling of a nonce, if it was."""
        raise NotImplementedError

    def states(self, subjects: Iterable[Hash32]) -> dict[Hash32, Known[State]]:
        """Give the states of any subjects, in one query a kind; those without one are left out."""
        raise NotImplementedError

    # what stood then

    def state_at(self, subject: Hash32, block_number: int) -> Known[State] | None:
        """Give the state of a subject at the end of a block."""
        raise NotImplementedError

    def holder_at(self, token_id: int, *, block: int | None = None, time: int | None = None) -> Known[Token] | None:
        """Give a token at the end of a block, or after the last block with a time of at most `time`."""
        raise NotImplementedError

    def block(self, number: int) -> BlockRow | None:
        """Give a block that the projection holds."""
        raise NotImplementedError

    def block_at(self, time: int) -> BlockRow | None:
        """Give the last block held whose time is at most `time`; None before the ledger began."""
        raise NotImplementedError

    # pages

    def token_page(self, token_id: int, limit: int = 50) -> TokenPage | None:
        """Give everything a collectible's page shows, in a fixed number of queries."""
        raise NotImplementedError

    def activity(self, account: Address, after: int | None = None, limit: int = 50) -> Activity:
        """Give what an account is, holds and did."""
        raise NotImplementedError

    # lists

    def works(
        self, registrant: Address | None = None, after: int | None = None, limit: int = 50
    ) -> Page[Known[Work]]:
        """List works, newest deposit first; the cursor is the seq of the deposit."""
        raise NotImplementedError

    def collections(
        self, issuer: Address | None = None, after: int | None = None, limit: int = 50
    ) -> Page[Known[Collection]]:
        """List collections, newest first; the cursor is the seq of the creation."""
        raise NotImplementedError

    def editions(
        self,
        collection: Hash32 | None = None,
        work: Hash32 | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Page[Known[Edition]]:
        """List editions of a collection or a work, oldest first; the cursor is the seq of the opening."""
        raise NotImplementedError

    def tokens(
        self,
        *,
        edition: int | None = None,
        collection: Hash32 | None = None,
        work: Hash32 | None = None,
        holder: Address | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Page[Known[Token]]:
        """List tokens in the order of their ids; the cursor is a token id."""
        raise NotImplementedError

    def issued(self, editions: Iterable[int]) -> dict[int, int]:
        """Say how many tokens of each edition were created, in one query; annulled ones count."""
        raise NotImplementedError

    def claims(self, file_digest: Hash32) -> tuple[Known[Work], ...]:
        """Give every claim to the same bytes, oldest first, withdrawn ones included."""
        raise NotImplementedError

    def search(self, text: str, after: int | None = None, limit: int = 20) -> Found:
        """Find works by title, number, SHA-256 of the file or id, and the token or collection whose id the text is."""
        raise NotImplementedError

    # audit

    def entries(self, where: EntryFilter, after: int = -1, limit: int = 100) -> Listing:
        """List entries for a regulator, in order of seq; the cursor is a seq."""
        raise NotImplementedError

    def records(self, first: int, last: int) -> Iterator[Record]:
        """Stream the records `first … last`, both included, in constant memory."""
        raise NotImplementedError

    def head_before(self, seq: int) -> Hash32:
        """Give the head of the ledger before a record: that of the record before, or the first head.

        Raises:
            LookupError: the ledger is not that long.
        """
        raise NotImplementedError
