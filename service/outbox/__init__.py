"""The write path: a request is accepted, stored, signed once, sent until it is final, and settled or refused.

docs/states.md defines the states in words. What others import:

    from service.settings import Settings, read_settings
        read_settings(environ=os.environ, home: Path | None = None) -> Settings

    from service.outbox.database import Database, open_database
        open_database(url: str) -> Database          migrates to the newest tables; SQLite and PostgreSQL
        database.read() / database.write()           give a SQLAlchemy Connection, by `with`; one writer at a time

    from service.outbox.requests import Deposit, Mint, …         one frozen value an act; KINDS by name
    from service.outbox.attachments import Attachment            files that go with a request
    from service.outbox.body import to_json, from_json           a request as JSON-ready values, and back

    from service.outbox.accept import Wanted, accept, accept_all
        accept(database, request, *, idempotency_key: str, principal: str, after: Sequence[str] = ()) -> Operation
        accept_all(database, [Wanted(request, idempotency_key, after), …], *, principal: str) -> list[Operation]
            One transaction: all are durable when it returns, or none. The same key with the same request gives the
            operation it gave before; with another request: Conflict("idempotency-key-reused"). `after`: ids of
            operations that must be settled first; those on the same subjects are found by themselves, also inside
            one call. BadInput: a field out of its range, or an id in `after` that is not there.

    from service.outbox.operations import Operation, State, Reason, operation, operations, cancel, counts
        operation(database, operation_id: str) -> Operation                               NotFound
        operations(database, *, principal=None, kind=None, state=None, before: int | None = None, limit=50)
            -> list[Operation]                        newest first; `before`: the `place` of the last one seen
        by_key(database, principal: str, idempotency_key: str) -> Operation | None
        cancel(database, operation_id, *, principal: str) -> Operation                    Conflict once it is signed
        counts(database) -> dict[State, int]

    from service.outbox.worker import Worker, open_worker
        open_worker(settings: Settings, files: ContentStore) -> Worker
        worker.health                                 stepped_at, trouble, keys
        worker.close()
        worker.step() -> int                          moves what it can one state forward; how many moved
        worker.run(stop: threading.Event) -> None     steps until told to stop, resting when there is nothing to do

    from service.outbox.office import Office, open_office         an installation opened for writing to its chain
        open_office(settings) -> Office
    from service.outbox.checkpoints import ask_if_due             call now and then; a checkpoint an hour
        ask_if_due(office, now: int) -> Operation | None
    from service.outbox.reconcile import reconcile                a key whose chain nonce is beyond its rows
        reconcile(office, Operator.ISSUER) -> Reconciled
    from service.outbox.supersede import supersede                a self-send as second attempt at a stuck nonce
        supersede(office, operation_id) -> Hash32

    from service.keys.operators import Operator
    from service.keys.vault import KeyVault, open_vault
        open_vault(settings) -> KeyVault              Unavailable where a key is missing: only `qianyin up` makes keys
        vault.operator(Operator.ISSUER) -> Address
        vault.new_kept(connection, person_id: str, collection_id: Hash32) -> Address      the same one when asked again
        vault.keeps(connection, account) -> bool
        vault.sign_as_kept(connection, account, digest) -> bytes         65 bytes r ‖ s ‖ v; nothing gives a key out
    from service.keys.intents import Gift, Acceptance, Loan, Cancel, HandOver, StopRecovery, Domain, digest, typed_data

    from service.people.identity import Identity, Verification
    from service.people.persons import People
        people = People(database, master_sealer(settings))              service.keys.master
        people.register(Identity(Kind.PERSON, name, document, number), Verification(method, verifier, at), reference)
        people.find(reference), person(id), identity(id), accounts_of(id), owner_of(account), opening(account)
        people.enrol(connection, person_id, account, Custody.KEPT) -> RegisterAccount
        people.crypto_shred(person_id, erased_by=…, reason=…) -> ErasureRecord

`Operation` is frozen: id, place, kind, request, principal, idempotency_key, state (accepted | stored | signed | sent |
settled | refused), waiting_on (ids), depends_on (ids), accepted_at, ended_at, reason (code, zh, en, facts) | None,
transaction (hash) | None, nonce | None, block | None, seq (place of its record in the ledger) | None.
"""
