"""What happens in tests/vectors/ledger.json: every kind of act, by every hand, with what is refused beside it."""

from __future__ import annotations

from typing import Any

from eth_abi.abi import encode

from indexer.keccak import keccak256
from indexer.values import as_hex
from tests.vectors.stage import DAY, HOUR, START, Stage

NOBODY = "0x" + "00" * 20
NOTHING = bytes(32)

# Numbers of the enums in contracts/interfaces.
REGULATION_GOVERNOR, ORDER_FILER = 2, 6
PERSON, INSTITUTION = 1, 2
KEPT, OWN, BY_CONTRACT = 1, 2, 3
RIGHTS_REGISTERED, PUBLICATION, CAPTURE_RECORD = 1, 2, 3
HOLD, RELEASE, FORCED_TRANSFER, ANNUL, SUSPEND, RESTORE = range(1, 7)

# firstHolding, nextHolding, giftsPerDay, acceptance, receivers, workKinds, longestLoan
POLICY = (
    DAY,
    HOUR,
    2,
    False,
    1 << PERSON | 1 << INSTITUTION,
    1 << RIGHTS_REGISTERED | 1 << PUBLICATION,
    30 * DAY,
)
STRICTER = (30 * DAY, 7 * DAY, 1, True, 1 << PERSON, 1 << RIGHTS_REGISTERED | 1 << PUBLICATION, 7 * DAY)

GIFT = "Gift(uint256 tokenId,address from,address to,uint256 nonce,uint64 deadline)"
ACCEPTANCE = "Acceptance(uint256 tokenId,address from,address to,uint256 nonce,uint64 deadline)"
LOAN = "Loan(uint256 tokenId,address from,address user,uint64 until,uint256 nonce,uint64 deadline)"
CANCEL = "Cancel(address account,uint256 nonce)"
HAND_OVER = "HandOver(address account,address replacement,uint64 deadline)"
STOP = "StopRecovery(address account,address replacement,uint64 deadline)"


def play(stage: Stage) -> dict[str, bytes]:
    """Let everything happen once but what happens to rights, and give the works."""
    change_roles(stage)
    register_people(stage)
    works = register_works(stage)
    editions = open_collections(stage, works)
    tokens = issue(stage, editions)
    give(stage, tokens)
    replace_accounts(stage, tokens)
    execute_orders(stage, tokens)
    correct(stage, works, editions, tokens)
    look(stage, works, editions, tokens)
    return works


def change_roles(stage: Stage) -> None:
    """A proposal cancelled, a governor appointed by both kinds, a role taken and revoked."""
    second, filer = stage.who("second_governor"), stage.who("second_filer")
    stage.act("regulation_governor", "Governance.propose", ORDER_FILER, filer)
    stage.act("operations_governor", "Governance.cancel", ORDER_FILER, filer)
    stage.act("regulation_governor", "Governance.propose", ORDER_FILER, filer)
    stage.act("regulation_governor", "Governance.propose", REGULATION_GOVERNOR, second)
    stage.act("operations_governor", "Governance.confirm", REGULATION_GOVERNOR, second)
    stage.act("stranger", "Governance.enact", REGULATION_GOVERNOR, second, after=HOUR)
    stage.act("stranger", "Governance.enact", ORDER_FILER, filer)
    stage.act("second_governor", "Governance.revoke", ORDER_FILER, filer)


def register_people(stage: Stage) -> None:
    """Two institutions, five people and a club; one of them twice, which is refused alone."""
    stage.act("registrar", "IdentityRegistry.register", registration(stage, "issuer", INSTITUTION, OWN))
    people = [
        registration(stage, "an", PERSON, KEPT),
        registration(stage, "bo", PERSON, OWN),
        registration(stage, "an", PERSON, KEPT),
        registration(stage, "chen", PERSON, KEPT),
        registration(stage, "deng", PERSON, OWN),
        registration(stage, "club", PERSON, BY_CONTRACT),
    ]
    stage.act("registrar", "IdentityRegistry.registerBatch", people)


def registration(stage: Stage, name: str, kind: int, custody: int) -> tuple[Any, ...]:
    """Give the registration of one account, verified a day before."""
    code = bytes.fromhex(stage.node.call("eth_getCode", stage.who(name), "latest")[2:])
    return (
        stage.who(name), kind, custody, keccak256(f"commitment of {name}".encode()),
        word("test"), word("test verifier"), START - DAY, keccak256(code) if code else NOTHING,
    )  # fmt: skip


def register_works(stage: Stage) -> dict[str, bytes]:
    """A poem proved by an anchor, a book, a third claim to the poem's bytes, and a batch with one refused."""
    salt, poem = keccak256(b"salt"), digest("poem.png")
    leaf = keccak256(keccak256(encode(["address", "bytes32", "bytes32"], [stage.who("issuer"), poem, salt])))
    other = keccak256(b"another leaf")
    root = keccak256(min(leaf, other) + max(leaf, other))
    anchor = keccak256(encode(["address", "bytes32"], [stage.who("issuer"), root]))
    stage.act("issuer", "WorkRegistry.anchor", root, 2)
    claim = (RIGHTS_REGISTERED, poem, digest("poem.json"), 0, anchor, salt, [other])
    stage.act("issuer", "WorkRegistry.register", claim, after=60)
    book: Any = (PUBLICATION, digest("book.pdf"), digest("book.json"), 0, NOTHING, NOTHING, [])
    again: Any = (RIGHTS_REGISTERED, poem, digest("poem again.json"), 0, NOTHING, NOTHING, [])
    knowing: Any = (RIGHTS_REGISTERED, poem, digest("poem again.json"), 1, NOTHING, NOTHING, [])
    stage.act("issuer", "WorkRegistry.registerBatch", [book, again, knowing])
    stage.act(
        "deng",
        "WorkRegistry.register",
        (CAPTURE_RECORD, digest("scan"), digest("scan.json"), 0, NOTHING, NOTHING, []),
    )
    return {
        name: keccak256(
            encode(["address", "bytes32", "bytes32"], [stage.who(registrant), digest(file), digest(manifest)])
        )
        for name, registrant, file, manifest in (
            ("poem", "issuer", "poem.png", "poem.json"),
            ("book", "issuer", "book.pdf", "book.json"),
            ("copy", "issuer", "poem.png", "poem again.json"),
            ("scan", "deng", "scan", "scan.json"),
        )
    }


def open_collections(stage: Stage, works: dict[str, bytes]) -> dict[str, int]:
    """One collection with an edition of the poem and one of the book; an unknown work is refused alone."""
    operation = keccak256(b"operation 1")
    stage.act("issuer", "Collections.create", operation, digest("collection.json"), POLICY)
    collection = keccak256(encode(["address", "bytes32"], [stage.who("issuer"), operation]))
    stage.act("issuer", "Collections.openEdition", collection, works["poem"], 1, 100)
    openings = [(collection, works["scan"], 1, 5), (collection, works["book"], 1, 10)]
    stage.act("issuer", "Collections.openEditions", openings)
    stage.act("issuer", "Collections.amend", collection, 0, digest("collection 2.json"), "错字更正")
    stage.addresses["collection"] = as_hex(collection)
    return {name: edition_id(collection, works[name], 1) for name in ("poem", "book")}


def issue(stage: Stage, editions: dict[str, int]) -> dict[str, int]:
    """Mint one and many, hand out at once and later; a serial beyond the cap is refused alone."""
    poem, book = editions["poem"], editions["book"]
    stage.act("issuer", "Collectible.mint", (poem, 1, NOBODY))
    stage.act("issuer", "Collectible.mint", (poem, 2, stage.who("an")))
    many = [(poem, 3, stage.who("bo")), (poem, 101, NOBODY), (poem, 4, NOBODY), (book, 1, stage.who("bo")),
            (poem, 5, stage.who("chen")), (poem, 6, stage.who("deng")), (poem, 7, stage.who("club"))]  # fmt: skip
    stage.act("issuer", "Collectible.mintBatch", many)
    handouts = [(poem << 64 | 1, stage.who("an")), (poem << 64 | 2, stage.who("bo"))]
    stage.act("issuer", "Collectible.distributeBatch", handouts)
    names = {f"poem {serial}": poem << 64 | serial for serial in range(1, 8)}
    return names | {"book 1": book << 64 | 1}


def signed_gift(
    stage: Stage, token: int, giver: str, receiver: str, nonce: int, *, accepted: bool = False
) -> Any:
    """Give a gift's intent, signed by the giver and, where asked, by the receiver."""
    deadline = stage.now() + 10 * DAY
    gift = (token, stage.who(giver), stage.who(receiver), nonce, deadline)
    acceptance = (token, stage.who(giver), stage.who(receiver), nonce + 100, deadline)
    return (
        gift,
        stage.sign(giver, "Collectible", GIFT, *gift),
        nonce + 100 if accepted else 0,
        deadline if accepted else 0,
        stage.sign(receiver, "Collectible", ACCEPTANCE, *acceptance) if accepted else b"",
    )


def give(stage: Stage, tokens: dict[str, int]) -> None:
    """Gifts by every hand, with and without acceptance, under an old and a new policy; loans; nonces taken back."""
    gift = signed_gift(stage, tokens["poem 2"], "an", "chen", 1)
    stage.act("relayer", "Collectible.give", gift, after=DAY)
    batch = [
        signed_gift(stage, tokens["poem 3"], "bo", "deng", 7, accepted=True),
        signed_gift(stage, tokens["poem 3"], "bo", "an", 8),
        signed_gift(stage, tokens["poem 7"], "club", "an", 1),
    ]
    stage.act("relayer", "Collectible.giveBatch", batch)
    stage.act("deng", "Collectible.transferFrom", stage.who("deng"), stage.who("bo"), tokens["poem 6"])
    loan = (tokens["book 1"], stage.who("bo"), stage.who("chen"), stage.now() + 5 * DAY, 9, stage.now() + DAY)
    stage.act("relayer", "Collectible.lend", loan, stage.sign("bo", "Collectible", LOAN, *loan))
    stage.act("bo", "Collectible.cancelIntent", 300)
    cancel = stage.sign("an", "Collectible", CANCEL, stage.who("an"), 300)
    stage.act("relayer", "Collectible.cancelIntentBySignature", stage.who("an"), 300, cancel)
    stage.act(
        "issuer", "Collections.setPolicy", bytes.fromhex(stage.addresses["collection"][2:]), 2, STRICTER
    )
    gift = signed_gift(stage, tokens["poem 3"], "deng", "bo", 1)
    stage.act("deng", "Collectible.give", gift, after=HOUR)
    stage.act("stranger", "ProvenanceLedger.checkpoint")


def replace_accounts(stage: Stage, tokens: dict[str, int]) -> None:
    """A recovery that the old key stops, one that the officer stops, one that goes through; from kept to own key."""
    chen, fan = stage.who("chen"), stage.who("fan")
    stage.act("registrar", "IdentityRegistry.requestRecovery", chen, fan, keccak256(b"evidence 1"))
    deadline = stage.now() + DAY
    stop = stage.sign("chen", "IdentityRegistry", STOP, chen, fan, deadline)
    stage.act("relayer", "IdentityRegistry.stopRecoveryBySignature", chen, deadline, stop)
    stage.act("registrar", "IdentityRegistry.requestRecovery", chen, fan, keccak256(b"evidence 2"))
    stage.act("recovery_officer", "IdentityRegistry.stopRecovery", chen)
    stage.act("registrar", "IdentityRegistry.requestRecovery", chen, fan, keccak256(b"evidence 3"))
    stage.act("recovery_officer", "IdentityRegistry.confirmRecovery", chen, after=DAY)
    an, an_too = stage.who("an"), stage.who("an's own")
    deadline = stage.now() + DAY
    agreed = [
        stage.sign(name, "IdentityRegistry", HAND_OVER, an, an_too, deadline) for name in ("an", "an's own")
    ]
    stage.act("relayer", "IdentityRegistry.handOver", an, an_too, deadline, *agreed)
    stage.act("stranger", "Collectible.recover", [tokens["poem 5"], tokens["poem 4"], tokens["poem 1"]])


def file(stage: Stage, measure: int, target: bytes, name: str, **more: Any) -> bytes:
    """File an order and give its id."""
    authority, order_hash = "某区人民法院（示例）", digest(name)
    until = stage.now() + more.get("lasts", 0) if "lasts" in more else 0
    stage.act(
        "order_filer",
        "Orders.file",
        (
            authority, order_hash, word("civil"), measure, target, more.get("to", NOBODY), stage.now() - DAY, until,
            stage.now() + 30 * DAY, more.get("corrects", NOTHING),
        ),
    )  # fmt: skip
    return keccak256(
        encode(["string", "bytes32", "uint8", "bytes32"], [authority, order_hash, measure, target])
    )


def execute_orders(stage: Stage, tokens: dict[str, int]) -> None:
    """Holds, corrected, released or lapsing; suspension, restoration; a change of holder; an order withdrawn
    and filed again."""
    token = tokens["poem 2"]
    subject, holder = stage.subject("Collectible", token), stage.who("chen")
    hold = file(stage, HOLD, subject, "order 1", lasts=90 * DAY)
    stage.act("order_executor", "Collectible.setFrozenTokens", holder, token, True)
    stage.act("stranger", "Collectible.recover", [token])
    file(stage, HOLD, subject, "order 2", lasts=60 * DAY, corrects=hold)
    stage.act("order_executor", "Collectible.setFrozenTokens", stage.who("fan"), token, True)
    file(stage, RELEASE, subject, "order 3")
    stage.act("order_executor", "Collectible.setFrozenTokens", stage.who("fan"), token, False)
    third = tokens["poem 3"]
    file(stage, HOLD, stage.subject("Collectible", third), "order 4", lasts=DAY)
    stage.act("order_executor", "Collectible.setFrozenTokens", stage.who("bo"), third, True)
    sixth = tokens["poem 6"]
    file(stage, HOLD, stage.subject("Collectible", sixth), "order 5", lasts=DAY)
    stage.act("order_executor", "Collectible.setFrozenTokens", stage.who("bo"), sixth, True)
    file(stage, FORCED_TRANSFER, stage.subject("Collectible", sixth), "order 6", to=stage.who("deng"))
    stage.act("order_executor", "Collectible.forcedTransfer", stage.who("bo"), stage.who("deng"), sixth)
    account = stage.subject("IdentityRegistry", int(stage.who("deng"), 16))
    file(stage, SUSPEND, account, "order 7", lasts=DAY)
    stage.act("order_executor", "IdentityRegistry.suspend", stage.who("deng"))
    file(stage, RESTORE, account, "order 8")
    stage.act("order_executor", "IdentityRegistry.restore", stage.who("deng"))
    mistaken = file(stage, HOLD, subject, "order 9", lasts=DAY)
    stage.act("order_filer", "Orders.withdraw", mistaken, word("typing error"))
    file(stage, HOLD, subject, "order 9", lasts=2 * DAY, corrects=mistaken)


def correct(stage: Stage, works: dict[str, bytes], editions: dict[str, int], tokens: dict[str, int]) -> None:
    """Amend, withdraw, lower a cap, annul by the issuer and by an order; a checkpoint at the end."""
    stage.act("issuer", "WorkRegistry.amend", works["poem"], 0, digest("poem 2.json"), "作者姓名更正")
    stage.act("issuer", "WorkRegistry.withdraw", works["copy"], "deposited twice")
    stage.act("issuer", "Collections.lowerCap", editions["poem"], 50)
    stage.act("issuer", "Collectible.annul", tokens["poem 4"], "printed on the wrong sheet")
    file(stage, ANNUL, stage.subject("Collectible", tokens["poem 7"]), "order 10")
    stage.act("order_executor", "Collectible.annulByOrder", tokens["poem 7"], "判决书所令")
    stage.act("stranger", "ProvenanceLedger.checkpoint", after=HOUR)


def look(stage: Stage, works: dict[str, bytes], editions: dict[str, int], tokens: dict[str, int]) -> None:
    """Read the state of everything from the contracts' own views."""
    for token in tokens.values():
        stage.view("Collectible.token", token)
    for work in works.values():
        stage.view("WorkRegistry.work", work)
    for edition in editions.values():
        stage.view("Collections.edition", edition)
    stage.view("Collections.collection", bytes.fromhex(stage.addresses["collection"][2:]))
    for name in ("issuer", "an", "an's own", "bo", "chen", "deng", "fan", "club"):
        stage.view("IdentityRegistry.standing", stage.who(name))
    stage.view("Governance.seat", REGULATION_GOVERNOR, stage.who("second_governor"))
    stage.view("Governance.seat", ORDER_FILER, stage.who("second_filer"))


def digest(name: str) -> bytes:
    """Stand for the SHA-256 of a file."""
    return keccak256(f"file {name}".encode())


def word(text: str) -> bytes:
    """Write a short code, padded with zeros."""
    return text.encode().ljust(32, b"\0")


def edition_id(collection: bytes, work: bytes, number: int) -> int:
    """Give the number of an edition, as ICollections says."""
    return int.from_bytes(
        keccak256(encode(["bytes32", "bytes32", "uint32"], [collection, work, number]))[16:], "big"
    )
