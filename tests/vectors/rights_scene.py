"""What happens to the rights in a book in tests/vectors/ledger.json: every act on estates and grants, by every hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode
from eth_typing import Hash32 as SignedHash

from indexer.keccak import keccak256
from tests.vectors.scene import HOLD, NOBODY, NOTHING, RELEASE, digest, file, word
from tests.vectors.stage import DAY, START, Stage

ASSIGN, TERMINATE = 7, 8
TERRITORIES, LANGUAGES = 1, 2
EXCLUSIVE, NON_EXCLUSIVE = 1, 3
AGREEMENT = 1
NO_END = 2**32 - 1

Box = tuple[int, int, int, int, int, int]
"""rights, territories, languages, media, from, until."""


@dataclass
class Rights:
    """The names of what was made, to look at in the end."""

    work: bytes
    estates: list[int] = field(default_factory=list)
    grants: list[bytes] = field(default_factory=list)
    attested: list[tuple[bytes, str]] = field(default_factory=list)


def play(stage: Stage, work: bytes) -> None:
    """Let everything happen to the rights in a work of the issuer's."""
    made = Rights(work)
    first, second = divide(stage, made)
    give_away(stage, made, first, second)
    execute_orders(stage, made, first)
    contest(stage, work)
    look(stage, made)


def divide(stage: Stage, made: Rights) -> tuple[int, int]:
    """Claim for a person who signs and one who signed on paper; enter it otherwise; cut, join and cut again."""
    stage.act("registrar", "IdentityRegistry.register", kept(stage, "gao"))
    start = today(stage)
    everything: Box = (0x1FFF, 2**256 - 1, 2**128 - 1, 2**32 - 1, start, NO_END)
    owners = ([stage.who("bo"), stage.who("gao")], [1, 2])
    claim = (made.work, everything, owners, (365, 2), start + 30, deadline(stage))
    intent = stage.ask("RightsRegistry.claimDigest", claim)
    consents = [signed(stage, "issuer", intent), signed(stage, "bo", intent), on_paper(stage, "gao", intent)]
    stage.act("relayer", "RightsRegistry.claim", claim, consents)
    stage.act("gao", "Consents.confirm", intent, stage.who("gao"), b"")
    stage.act("deng", "Consents.withdraw", intent, stage.who("deng"), b"")
    made.attested.append((intent, stage.who("gao")))
    whole = made_of(made, intent)
    earlier = (*everything[:4], start - 10, NO_END)
    agree(stage, "amend", (whole, 1, earlier, "首日录入有误", deadline(stage)), ("issuer", "bo", "gao"))
    cuts = [1 << 113, (2**256 - 1) ^ (1 << 113)]
    cut = agree(stage, "split", (whole, 2, TERRITORIES, cuts, deadline(stage)), ("bo", "gao"))
    parts = [made_of(made, cut, place) for place in range(2)]
    joined = agree(stage, "merge", (parts, [1, 1], TERRITORIES, deadline(stage)), ("bo", "gao"))
    whole = made_of(made, joined)
    cut = agree(stage, "split", (whole, 1, LANGUAGES, [3, (2**128 - 1) ^ 3], deadline(stage)), ("bo", "gao"))
    return made_of(made, cut), made_of(made, cut, 1)


def give_away(stage: Stage, made: Rights, first: int, second: int) -> None:
    """Grant what is exclusive and what one owner grants alone, sub-license, record an older contract with its conflict;
    amend, give up and end; assign."""
    start = today(stage)
    world: Box = (0x1FFF, 2**249 - 1, 3, 0xFFFF, start, start + 3650)
    main = grant(
        stage, made, offer(stage, first, 1, "deng", EXCLUSIVE, world, sublicensable=True), ("bo", "gao")
    )
    below: Box = (1, 1 << 47, 1, 1, start, start + 365)
    sub = grant(stage, made, offer(stage, main, 1, "fan", EXCLUSIVE, below), ("deng",))
    other: Box = (*world[:2], 4, *world[3:5], start + 300)
    alone = grant(stage, made, offer(stage, second, 1, "fan", NON_EXCLUSIVE, other), ("bo",))
    older = offer(stage, first, 2, "club", EXCLUSIVE, below, signed_on=start - 400)
    grant(stage, made, older, ("bo", "gao"))
    narrower: Box = (*world[:5], start + 3000)
    amended = (main, 2, narrower, "期限录入有误", deadline(stage), [first])
    agree(stage, "amend", amended, ("bo", "gao", "deng"), contract="Grants")
    agree(stage, "surrender", (sub, 1, start + 30, deadline(stage)), ("fan",), contract="Grants")
    ended = (alone, 1, AGREEMENT, start + 1, "双方协商", deadline(stage), [second])
    agree(stage, "terminate", ended, ("bo", "gao", "fan"), contract="Grants")
    owners = ([stage.who("issuer")], [1])
    assignment = (second, 2, owners, digest("assignment"), digest("assignment"), deadline(stage))
    agree(stage, "assign", assignment, ("bo", "gao", "issuer"))


def execute_orders(stage: Stage, made: Rights, estate: int) -> None:
    """Hold and release an estate, the rights in the work and a grant; assign and terminate by order."""
    subject = stage.subject("RightsRegistry", estate)
    file(stage, HOLD, subject, "order 21", lasts=DAY)
    stage.act("order_executor", "RightsRegistry.hold", estate)
    owners = ([stage.who("bo"), stage.who("deng")], [1, 1])
    file(stage, ASSIGN, stage.ask("RightsRegistry.assignmentTarget", estate, owners), "order 22")
    stage.act("order_executor", "RightsRegistry.assignByOrder", estate, owners)
    file(stage, RELEASE, subject, "order 23")
    stage.act("order_executor", "RightsRegistry.release", estate)
    subject = stage.subject("RightsRegistry", made.work)
    file(stage, HOLD, subject, "order 24", lasts=DAY)
    stage.act("order_executor", "RightsRegistry.holdWork", made.work)
    file(stage, RELEASE, subject, "order 25")
    stage.act("order_executor", "RightsRegistry.releaseWork", made.work)
    granted = made.grants[0]
    subject = stage.subject("Grants", granted)
    file(stage, HOLD, subject, "order 26", lasts=DAY)
    stage.act("order_executor", "Grants.hold", granted)
    file(stage, RELEASE, subject, "order 27")
    stage.act("order_executor", "Grants.release", granted)
    file(stage, TERMINATE, subject, "order 28")
    stage.act("order_executor", "Grants.terminateByOrder", granted, "判决书所令")


def contest(stage: Stage, work: bytes) -> None:
    """Record whose the moral rights are; contest the registration, and take that back."""
    stage.act("issuer", "RightsRegistry.recordMoralRights", work, stage.who("gao"), 15, digest("statement"))
    stage.act("deng", "RightsRegistry.contest", work, NOTHING, digest("evidence"), "此作品由我方首先登记")
    stage.act("deng", "RightsRegistry.withdrawContest", work, stage.who("deng"), "已协商解决")
    stage.act("club", "RightsRegistry.contest", work, NOTHING, NOTHING, "权属有争议")


def look(stage: Stage, made: Rights) -> None:
    """Read the state of everything from the contracts' own views."""
    stage.view("RightsRegistry.workRights", made.work)
    for estate in made.estates:
        stage.view("RightsRegistry.estate", estate)
    for granted in made.grants:
        stage.view("Grants.getGrant", granted)
    for intent, party in made.attested:
        stage.view("Consents.attestation", intent, party)


def offer(
    stage: Stage, of: int | bytes, revision: int, licensee: str, kind: int, scope: Box, *,
    sublicensable: bool = False, signed_on: int = 0,
) -> tuple[Any, ...]:  # fmt: skip
    """Offer a grant of an estate, or of a grant."""
    estate, parent = (of, NOTHING) if isinstance(of, int) else (0, of)
    agreement = digest(f"grant to {licensee}")
    return (
        estate, parent, revision, stage.who(licensee), kind, sublicensable, scope, 90, NOTHING, agreement, agreement,
        signed_on, deadline(stage),
    )  # fmt: skip


def grant(stage: Stage, made: Rights, offered: tuple[Any, ...], grantors: tuple[str, ...]) -> bytes:
    """Let the grantors and the licensee agree to an offer, and give its name."""
    licensee = next(name for name in ("deng", "fan", "club") if stage.who(name) == offered[3])
    intent = stage.ask("Grants.offerDigest", offered)
    consents = [signed(stage, name, intent) for name in (*grantors, licensee)]
    stage.act("relayer", "Grants.grant", offered, consents)
    made.grants.append(intent)
    return intent


DIGESTS = {"amend": "amendment", "assign": "assignment", "terminate": "termination", "surrender": "surrender"}
"""How the digest of an act is called, where it is not as the act is."""


def agree(
    stage: Stage, act: str, words: tuple[Any, ...], parties: tuple[str, ...], contract: str = "RightsRegistry"
) -> bytes:
    """Let the parties sign an act, have it carried out, and give what they signed."""
    intent = stage.ask(f"{contract}.{DIGESTS.get(act, act)}Digest", words)
    stage.act("relayer", f"{contract}.{act}", words, [signed(stage, name, intent) for name in parties])
    return intent


def signed(stage: Stage, name: str, intent: bytes) -> tuple[Any, ...]:
    """Agree by signature; the club says yes to everything."""
    signature = b"yes" if name == "club" else raw(stage, name, intent)
    return (stage.who(name), signature, NOTHING, NOBODY, NOBODY, b"")


def on_paper(stage: Stage, name: str, intent: bytes) -> tuple[Any, ...]:
    """Agree by a paper that the issuer attests and the registrar confirms."""
    kind, paper = "Attestation(bytes32 intent,address party,bytes32 paper)", digest(f"paper of {name}")
    hands = [
        stage.sign(hand, "Consents", kind, intent, stage.who(name), paper) for hand in ("issuer", "registrar")
    ]
    return (stage.who(name), hands[0], paper, stage.who("issuer"), stage.who("registrar"), hands[1])


def raw(stage: Stage, name: str, intent: bytes) -> bytes:
    """Sign a digest."""
    return bytes(stage.key(name).unsafe_sign_hash(SignedHash(intent)).signature)


def kept(stage: Stage, name: str) -> tuple[Any, ...]:
    """Register a person whose key is kept."""
    commitment = keccak256(f"commitment of {name}".encode())
    return (stage.who(name), 1, 1, commitment, word("test"), word("test verifier"), START - DAY, NOTHING)


def made_of(made: Rights, intent: bytes, place: int = 0) -> int:
    """Name an estate as IRightsRegistry says, and keep it in mind."""
    name = int.from_bytes(keccak256(encode(["bytes32", "uint256"], [intent, place])), "big")
    made.estates.append(name)
    return name


def today(stage: Stage) -> int:
    """Give the present day in UTC+8."""
    return (stage.now() + 8 * 3_600) // DAY


def deadline(stage: Stage) -> int:
    """Give a time until which there is enough of it."""
    return stage.now() + 10 * DAY
