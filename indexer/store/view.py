"""The questions the projection answers, all of one `View` as of one block. Reads the projection's database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from indexer.rights.state import Attestation, ConsentTakenBack, Estate, Grant, WorkRights
from indexer.state import (
    Anchor,
    CancelledNonce,
    Collection,
    Edition,
    LedgerMark,
    Order,
    Seat,
    Standing,
    State,
    Token,
    Work,
)
from indexer.store import audits, documents, lists, lookups, rights, search
from indexer.store.answers import Activity, AsOf, TokenPage
from indexer.store.lookups import BLOCKS, RECORDS, STOPS
from indexer.store.rows import block_of
from indexer.store.versions import TABLES, S
from indexer.values import Address, Hash32

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from indexer.audit import Period, Tally
    from indexer.events import Act, Role, Sources
    from indexer.follow import Halt
    from indexer.record import Record
    from indexer.rights.title import Rights
    from indexer.span import LedgerBlock
    from indexer.store.answers import (
        Document,
        EntryFilter,
        Found,
        Known,
        Listing,
        Page,
        ProvenanceEntry,
    )


class View:
    """One consistent reading of the projection: every answer of it is as of the same block.

    Get one by `with projection.view() as view:`; it is a read transaction, so keep it short (one request).
    Lists are by keyset: pass a page's `cursor` as `after`.

    Attributes:
        as_of: the last block indexed.
        sources: which contract is which, and the names of subjects.
        halt: why following stopped, if it did: then certificates pause.
    """

    def __init__(
        self, connection: Connection, sources: Sources, settled_number: int, halt: Halt | None
    ) -> None:
        self._connection = connection
        self.sources = sources
        self.halt = halt
        self._states: dict[tuple[type[Any], Hash32], Known[Any] | None] = {}
        self._heads: dict[Hash32, tuple[Hash32, int]] = {}
        tip = self._blocks_down_to(None)
        assert tip is not None, "a projection that has begun has a block"
        self.as_of = AsOf(tip.number, tip.hash, tip.time, tip.count, tip.head, settled_number)

    # what was recorded

    def record(self, seq: int) -> ProvenanceEntry | None:
        """Give the record at a place in the ledger."""
        return lookups.by_seq(self._connection, self.as_of, [seq]).get(seq)

    def find_act(
        self, subject: Hash32, act_type: type[Act], after: int = -1, **words: object
    ) -> ProvenanceEntry | None:
        """Give the first record after seq `after` that names `subject`, is this act, and has these words.

        So the outbox knows that what it asked for is recorded, whoever sent it:
        `view.find_act(sources.work(work_id), WorkRegistered)`,
        `view.find_act(sources.token(token_id), Gifted, intent=digest)`,
        `view.find_act(sources.order(order_id), OrderExecuted)`.
        """
        return lookups.find_act(self._connection, self.as_of, subject, act_type, after, words)

    def find_acts(
        self, wanted: Iterable[tuple[Hash32, type[Act]]]
    ) -> dict[tuple[Hash32, type[Act]], ProvenanceEntry]:
        """Give for each pair (subject, act) the first such record, in few queries; pairs without one are left out."""
        return lookups.find_acts(self._connection, self.as_of, set(wanted))

    def find_intents(self, digests: Iterable[Hash32]) -> dict[Hash32, ProvenanceEntry]:
        """Give the records that used up these EIP-712 digests (of gifts, acceptances, loans, acts on rights)."""
        return lookups.find_intents(self._connection, self.as_of, digests)

    def transaction(self, transaction_hash: Hash32) -> tuple[ProvenanceEntry, ...]:
        """Give the records of a transaction, in order."""
        statement = lookups.entries_statement().where(RECORDS.c.transaction_hash == transaction_hash)
        return tuple(lookups.entries(self._connection, self.as_of, statement.order_by(RECORDS.c.seq)))

    def history(
        self, subject: Hash32, after: int | None = None, limit: int = 50, *, newest_first: bool = True
    ) -> Page[ProvenanceEntry]:
        """Give the records that name a subject; the cursor is a seq."""
        return lookups.history(self._connection, self.as_of, subject, after, limit, newest_first=newest_first)

    def subject_head(self, subject: Hash32) -> tuple[Hash32, int]:
        """Give what the records of a subject lead to, and how many they are; zero and 0 where there are none."""
        if subject not in self._heads:
            self._heads[subject] = lookups.subject_head(self._connection, subject)
        return self._heads[subject]

    # what stands now

    def token(self, token_id: int) -> Known[Token] | None:
        """Give the state of a token."""
        return self._now(Token, self.sources.token(token_id))

    def work(self, work_id: Hash32) -> Known[Work] | None:
        """Give the state of a work."""
        return self._now(Work, self.sources.work(work_id))

    def collection(self, collection_id: Hash32) -> Known[Collection] | None:
        """Give the state of a collection."""
        subject = self.sources.collection(collection_id)
        return self._now(Collection, subject)

    def edition(self, edition_id: int) -> Known[Edition] | None:
        """Give the state of an edition."""
        return self._now(Edition, self.sources.edition(edition_id))

    def standing(self, account: Address) -> Known[Standing] | None:
        """Give the standing of an account."""
        return self._now(Standing, self.sources.account(account))

    def order(self, order_id: Hash32) -> Known[Order] | None:
        """Give the state of a legal basis."""
        return self._now(Order, self.sources.order(order_id))

    def seat(self, role: Role, account: Address) -> Known[Seat] | None:
        """Give the state of one account in one role."""
        return self._now(Seat, self.sources.seat(role, account))

    def seats(self) -> tuple[Known[Seat], ...]:
        """Give all accounts in all roles, those proposed and those that left included, the oldest first."""
        statement = lookups.standing_statement(Seat).order_by(TABLES[Seat].c.begun_seq)
        return tuple(lookups.known_list(self._connection, self.as_of, Seat, statement))

    def anchor(self, anchor_id: Hash32) -> Known[Anchor] | None:
        """Give an anchor."""
        return self._now(Anchor, self.sources.anchor(anchor_id))

    def cancelled(self, account: Address, nonce: int) -> Known[CancelledNonce] | None:
        """Give the cancelling of a nonce, if it was."""
        subject = self.sources.nonce(account, nonce)
        return self._now(CancelledNonce, subject)

    def states(self, subjects: Iterable[Hash32]) -> dict[Hash32, Known[State]]:
        """Give the states of any subjects, in one query a kind; those without one are left out."""
        return lookups.states_now(self._connection, self.as_of, subjects)

    def estate(self, estate_id: int) -> Known[Estate] | None:
        """Give the state of an estate."""
        return self._now(Estate, self.sources.estate(estate_id))

    def grant(self, grant_id: Hash32) -> Known[Grant] | None:
        """Give the state of a grant."""
        return self._now(Grant, self.sources.grant(grant_id))

    def work_rights(self, work_id: Hash32) -> Known[WorkRights] | None:
        """Give the state of the rights of a work as a whole."""
        return self._now(WorkRights, self.sources.rights_of(work_id))

    def attestation(self, intent: Hash32, party: Address) -> Known[Attestation] | None:
        """Give what was attested for a party about an act."""
        return self._now(Attestation, self.sources.consent(intent, party))

    def consent_taken_back(self, intent: Hash32, account: Address) -> Known[ConsentTakenBack] | None:
        """Give the taking back of what an account signed, if it was."""
        return self._now(ConsentTakenBack, self.sources.withdrawal(intent, account))

    def rights(self, work_id: Hash32, known_at: int | None = None) -> Rights:
        """Give all that is, or was known at a time (Unix seconds), of the rights of a work, in one query a kind."""
        return rights.rights(self._connection, self.as_of, self.sources, work_id, known_at)

    # what stood then

    def state_at(self, kind: type[S], subject: Hash32, block_number: int) -> Known[S] | None:
        """Give the state of a subject, which is of this kind, at the end of a block."""
        count = audits.count_at_block(self._connection, block_number)
        return lookups.state_before(self._connection, self.as_of, kind, subject, count)

    def holder_at(
        self, token_id: int, *, block: int | None = None, time: int | None = None
    ) -> Known[Token] | None:
        """Give a token at the end of a block, or after the last block with a time of at most `time`.

        Raises:
            ValueError: neither is given, or both.
        """
        if (block is None) == (time is None):
            raise ValueError("say either block or time")
        if block is None:
            assert time is not None
            count = audits.count_before_time(self._connection, time + 1)
        else:
            count = audits.count_at_block(self._connection, block)
        subject = self.sources.token(token_id)
        return lookups.state_before(self._connection, self.as_of, Token, subject, count)

    def block(self, number: int) -> LedgerBlock | None:
        """Give a block that the projection holds: every one with records, and those not settled yet."""
        found = self._blocks_down_to(number)
        return found if found is not None and found.number == number else None

    def block_at(self, time: int) -> LedgerBlock | None:
        """Give the last block held whose time is at most `time`; None before the ledger began."""
        statement = select(BLOCKS).where(BLOCKS.c.time <= time)
        ordered = statement.order_by(BLOCKS.c.time.desc(), BLOCKS.c.number.desc()).limit(1)
        row = self._connection.execute(ordered).first()
        return None if row is None else block_of(row)

    # pages

    def token_page(self, token_id: int) -> TokenPage | None:
        """Give a collectible and what it belongs to, in a fixed number of queries.

        None where there is no such token, or its edition, collection or work could not be read.
        """
        token = self.token(token_id)
        if token is None:
            return None
        edition = self.edition(token.state.edition_id)
        collection = self.collection(token.state.collection_id)
        work = self.work(token.state.work_id)
        if edition is None or collection is None or work is None:
            return None
        return TokenPage(
            token=token,
            edition=edition,
            collection=collection,
            work=work,
            policy=collection.state.policies[token.state.policy_version - 1],
        )

    def activity(self, account: Address, after: int | None = None, limit: int = 50) -> Activity:
        """Give what an account is, holds and did."""
        party = self.sources.party(account)
        return Activity(
            account=account,
            standing=self.standing(account),
            tokens_held=lists.held_by(self._connection, account),
            entries=self.subject_head(party)[1],
            history=self.history(party, after, limit),
        )

    # lists

    def works(
        self, registrant: Address | None = None, after: int | None = None, limit: int = 50
    ) -> Page[Known[Work]]:
        """List works, newest deposit first; the cursor is the seq of the deposit."""
        where: dict[str, object] = {"registrant": registrant}
        return lists.newest(self._connection, self.as_of, Work, where, after, limit)

    def collections(
        self, issuer: Address | None = None, after: int | None = None, limit: int = 50
    ) -> Page[Known[Collection]]:
        """List collections, newest first; the cursor is the seq of the creation."""
        where: dict[str, object] = {"issuer": issuer}
        return lists.newest(self._connection, self.as_of, Collection, where, after, limit)

    def editions(
        self,
        collection: Hash32 | None = None,
        work: Hash32 | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Page[Known[Edition]]:
        """List editions of a collection or a work, oldest first; the cursor is the seq of the opening."""
        where: dict[str, object] = {"collection_id": collection, "work_id": work}
        return lists.oldest(self._connection, self.as_of, Edition, where, after, limit)

    def standings(self, after: int | None = None, limit: int = 50) -> Page[Known[Standing]]:
        """List accounts, newest registration first; the cursor is the seq of the registration."""
        return lists.newest(self._connection, self.as_of, Standing, {}, after, limit)

    def orders(
        self, target: Hash32 | None = None, after: int | None = None, limit: int = 50
    ) -> Page[Known[Order]]:
        """List legal bases, of one target or all, newest first; the cursor is the seq of the filing."""
        where: dict[str, object] = {"target": target}
        return lists.newest(self._connection, self.as_of, Order, where, after, limit)

    def estates(
        self,
        work: Hash32 | None = None,
        owner: Address | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Page[Known[Estate]]:
        """List estates, those that are gone too, oldest first; the cursor is the seq that each began with."""
        return rights.estates(self._connection, self.as_of, self.sources, work, owner, after, limit)

    def grants(
        self,
        *,
        work: Hash32 | None = None,
        estate: int | None = None,
        parent: Hash32 | None = None,
        licensee: Address | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Page[Known[Grant]]:
        """List grants, those that are over too, oldest first; the cursor is the seq of the granting."""
        where: dict[str, object] = {
            "work_id": work,
            "estate_id": estate,
            "parent_id": parent,
            "licensee": licensee,
        }
        return lists.oldest(self._connection, self.as_of, Grant, where, after, limit)

    def grants_ending(
        self,
        first: int,
        last: int,
        *,
        work: Hash32 | None = None,
        licensee: Address | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Page[Known[Grant]]:
        """List grants whose last day is from `first` to `last`, oldest first; the cursor is the seq of the granting."""
        where: dict[str, object] = {"work_id": work, "licensee": licensee}
        return rights.ending(self._connection, self.as_of, (first, last), where, after, limit)

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
        where: dict[str, object] = {
            "edition_id": edition,
            "collection_id": collection,
            "work_id": work,
            "holder": holder,
        }
        return lists.tokens(self._connection, self.as_of, where, after, limit)

    def tokens_at(self, collection: Hash32, place: int, limit: int) -> tuple[Known[Token], ...]:
        """Give tokens of a collection from a place in the order of their ids on: for sheets that are numbered."""
        return lists.tokens_at(self._connection, self.as_of, collection, place, limit)

    def issued(self, editions: Iterable[int]) -> dict[int, int]:
        """Say how many tokens of each edition were created, in one query; annulled ones count."""
        return lists.issued(self._connection, editions)

    def collection_counts(self, collections: Iterable[Hash32]) -> dict[Hash32, tuple[int, int]]:
        """Say how many works have an edition in each collection, and how many tokens it has."""
        return lists.collection_counts(self._connection, collections)

    def totals(self, institution: Address) -> tuple[int, int]:
        """Say how many works an institution deposited and how many tokens were created in its collections."""
        return lists.totals(self._connection, institution)

    def gifts_on(self, holder: Address, collection: Hash32, china_day: int) -> int:
        """Say how many collectibles of a collection a holder gave on a day (`policy.china_day`); quotas count so."""
        party = self.sources.party(holder)
        return lists.gifts_on(self._connection, party, holder, collection, china_day)

    def claims(self, file_digest: Hash32) -> tuple[Known[Work], ...]:
        """Give every claim to the same bytes, oldest first, withdrawn ones included."""
        work = TABLES[Work]
        statement = lookups.standing_statement(Work).where(work.c.file_digest == file_digest)
        ordered = statement.order_by(work.c.begun_seq)
        return tuple(lookups.known_list(self._connection, self.as_of, Work, ordered))

    def search(self, text: str, after: int | None = None, limit: int = 20) -> Found:
        """Find works by title, number, SHA-256 of the file or id, and the token or collection whose id the text is.

        The cursor is the seq of a deposit: works come newest first.
        """
        return search.search(self._connection, self.as_of, self.sources, text, after, limit)

    def documents(self, digests: Iterable[Hash32]) -> dict[Hash32, Document]:
        """Give what is known of manifests, by their digest; those nobody told of are left out."""
        return documents.by_digest(self._connection, digests)

    # how it goes

    def last_checkpoint(self) -> ProvenanceEntry | None:
        """Give the record of the ledger's last checkpoint."""
        mark = self._now(LedgerMark, self.sources.whole_ledger())
        return None if mark is None else self.record(mark.seq)

    def stops(self) -> int:
        """Say how many subjects could not be followed to the end, because of a record that could not be read."""
        statement = select(func.count(STOPS.c.subject.distinct()))
        return self._connection.scalar(statement) or 0

    # audit

    def entries(self, where: EntryFilter, after: int = -1, limit: int = 100) -> Listing:
        """List entries for a regulator, in order of seq; the cursor is a seq.

        Raises:
            ValueError: the filter names more than one subject.
        """
        return audits.listing(self._connection, self.as_of, self.sources, where, after, limit)

    def tally(self, period: Period, time_from: int | None = None, time_until: int | None = None) -> Tally:
        """Count what was deposited, issued, held and annulled in `[time_from, time_until)`.

        By institution, kind of work and period; `indexer.audit.tally` of an export from record 0 gives the same.
        """
        return audits.tally(self._connection, period, time_from, time_until, self.as_of.count - 1)

    def records(self, first: int, last: int) -> Iterator[Record]:
        """Stream the records `first … last`, both included, in constant memory."""
        return audits.stream(self._connection, first, min(last, self.as_of.count - 1))

    def raw_records(self, first: int, last: int) -> Iterator[list[tuple[Any, ...]]]:
        """Stream the records `first … last` as `evidence.record_lines` takes them, some at a time."""
        return audits.raw_rows(self._connection, first, min(last, self.as_of.count - 1))

    def head_before(self, seq: int) -> Hash32:
        """Give the head of the ledger before a record: that of the record before, or the first head.

        Raises:
            LookupError: the ledger is not that long.
        """
        return audits.head_before(self._connection, self.as_of, seq)

    def _now(self, kind: type[S], subject: Hash32) -> Known[S] | None:
        """Give the state of a subject; asked for once, since it is the same as long as this view is."""
        key = kind, subject
        if key not in self._states:
            self._states[key] = lookups.state_now(self._connection, self.as_of, kind, subject)
        return self._states[key]

    def _blocks_down_to(self, number: int | None) -> LedgerBlock | None:
        statement = select(BLOCKS).order_by(BLOCKS.c.number.desc()).limit(1)
        if number is not None:
            statement = statement.where(BLOCKS.c.number <= number)
        row = self._connection.execute(statement).first()
        return None if row is None else block_of(row)
