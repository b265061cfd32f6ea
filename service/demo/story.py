"""What happens in the demonstration: deposits, issues, gifts, a loan, a hold, and a gift that is refused.

Every request has a key of its own, so the story told again in the same home asks for nothing twice.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from indexer.events import Kind, Measure, Policy, WorkKind
from indexer.values import Address, Hash32
from service import anchoring
from service.errors import QianyinError
from service.files.sample.making import COLLECTION, make_sample
from service.files.statement import CollectionStatement
from service.installation import Installation
from service.intake.sheet import read_sheet
from service.issuing.desk import desk_of
from service.issuing.plan import collection_named
from service.issuing.sheet import Terms, issue
from service.keys.master import master_sealer
from service.keys.operators import Operator
from service.outbox import requests as asked
from service.outbox.accept import accept
from service.outbox.operations import Operation, by_key, operation
from service.people.identity import Identity, Verification, code
from service.people.persons import People
from service.registering import Registry

PRINCIPAL = "demo"
DAY = 86_400
MUSEUM = ("示例省博物馆", "Sample Provincial Museum")
AUTHORITY = ("演示监管方", "Demo regulator")
HOLDERS = ("H-0001", "H-0002", "H-0003")
ISSUED = 3
POLICY = Policy(
    first_holding=0,
    next_holding=30 * DAY,
    gifts_per_day=3,
    acceptance=False,
    receivers=1 << Kind.PERSON,
    work_kinds=1 << WorkKind.RIGHTS_REGISTERED | 1 << WorkKind.PUBLICATION,
    longest_loan=30 * DAY,
)
STATEMENT = CollectionStatement(
    title=COLLECTION,
    title_en="Tang Poems on Small Cards",
    description="唐诗十二首，逐首制成小笺，另附一册数字出版物。演示用，诗文已入公有领域。",
    description_en="Twelve Tang poems, each set as a small card, with a digital booklet. A demonstration.",
)
REFUSED = {"demo/gift/held": "token-held"}
"""The one request that has to be refused, and why."""
_PATIENCE = 180.0


class StoryBroken(QianyinError):
    """Something in the demonstration did not come out as it should."""


@dataclass(slots=True)
class Story:
    """Tells the story in one home, and remembers what came of it.

    Attributes:
        told: each request by its key, with how it ended.
        say: is told what is being done, in Chinese and English.
        look_after: is called while something is waited for: the one chance to see that its worker has ended.
    """

    installation: Installation
    say: Callable[[str, str], None]
    look_after: Callable[[], object]
    told: dict[str, Operation] = field(default_factory=dict)
    tokens: list[int] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def issuer(self) -> Address:
        """The museum's account."""
        return self.installation.vault.operator(Operator.ISSUER)

    @property
    def collection(self) -> Hash32:
        """The collection of the sample."""
        return collection_named(self.issuer, COLLECTION)

    @property
    def gifted(self) -> int:
        """A collectible that was given."""
        return self.tokens[0]

    @property
    def held(self) -> int:
        """A collectible under a hold."""
        return self._serials(2)[0]

    @property
    def booklet(self) -> int:
        """The publication that is on loan."""
        return self._serials(len(self.tokens) // ISSUED - 1)[0]

    def tell(self) -> None:
        """Tell it from the beginning; what was told before is found done.

        Raises:
            StoryBroken: a request was refused that should not be, or the other way round, or did not end.
        """
        registrations = self._register()
        self._timed("sample", self._sample)
        self._timed("people", lambda: self._await_people(registrations))
        self._timed("issue", self._issue)
        self._timed("acts", self._acts)

    def _timed(self, name: str, part: Callable[[], None]) -> None:
        began = time.monotonic()
        part()
        self.timings[name] = round(time.monotonic() - began, 3)

    def _register(self) -> list[Operation]:
        self.say("登记机构与持有人", "registering the institution and the holders")
        registry = self.registry()
        institution = Identity(Kind.INSTITUTION, MUSEUM[0], "uscc", "91000000EXAMPLE001")
        _, registered = registry.issuer(institution, verified())
        registrations = [registered]
        for number, reference in enumerate(HOLDERS, start=1):
            identity = Identity(Kind.PERSON, f"示例持有人{number}", "test", f"T-{number:04}")
            person = registry.holder(identity, verified(), reference)
            registrations.append(registry.kept(person, self.collection)[1])
        anchoring.vouch(
            self.installation.settings.trust_anchor, self.installation.vault, AUTHORITY, self.issuer, MUSEUM
        )
        return registrations

    def _await_people(self, registrations: list[Operation]) -> None:
        for one in registrations:
            self.settled(one)

    def _sample(self) -> None:
        folder = self._folder()
        if not folder.exists():
            self.say("制作唐诗小笺十二张与一册数字出版物", "setting twelve poem cards and a booklet")
            aside = folder.with_name("sample.part")
            make_sample(aside, issued=ISSUED)
            aside.rename(folder)

    def _issue(self) -> None:
        self.say(
            "存证、开设版次、生成数字藏品", "depositing the works, opening editions, creating collectibles"
        )
        sheet = read_sheet(next(self._folder().glob("*.csv")))
        desk, terms = desk_of(self.installation, PRINCIPAL), Terms(POLICY, {COLLECTION: STATEMENT})
        accepted = [one for chunk in issue(desk, sheet.requests(), terms) for one in chunk]
        for one in accepted:
            self.settled(one)
        for one in accepted:
            if isinstance(one.request, asked.Mint):
                self.tokens.append(one.request.token_id)

    def _acts(self) -> None:
        self.say("发放、转赠、借阅、限制转赠", "handing out, giving, lending, restricting")
        first, second, third = (self._account(reference) for reference in HOLDERS)
        poems = [self._serials(at) for at in range(len(self.tokens) // ISSUED)]
        for number, poem in enumerate(poems):
            to = (first, second, third)[number % 3]
            self._ask(f"distribute/{number}", partial(asked.Distribute, self.collection, poem[0], to))
        self._ask("gift/0", lambda: asked.GiveFromKept(poems[0][0], first, second))
        self._ask("gift/1", lambda: asked.GiveFromKept(poems[1][0], second, third))
        booklet, reader = self.booklet, (first, second, third)[(len(poems) - 1) % 3]
        self._ask("loan/0", lambda: self._loan(booklet, reader, first if reader != first else second))
        self._hold(self.held)
        self._ask("gift/held", lambda: asked.GiveFromKept(self.held, third, first))
        for one in list(self.told.values()):
            self.settled(one, REFUSED.get(one.idempotency_key))

    def _loan(self, token: int, holder: Address, reader: Address) -> asked.SubmitLoan:
        now = int(time.time())
        return asked.SubmitLoan(token, holder, reader, now + 14 * DAY, nonce=1, deadline=now + DAY)

    def _hold(self, token: int) -> None:
        document = Hash32(hashlib.sha256("示例：冻结裁定书".encode()).digest())
        order = asked.OrderName("示例市人民法院", document, Measure.HOLD, asked.TokenTarget(token))
        now = int(time.time())
        self._ask(
            "hold/filed",
            lambda: asked.FileOrder(
                order,
                code("demo-hold"),
                occurred_at=now - DAY,
                expires=now + 30 * DAY,
                effect_until=now + 180 * DAY,
            ),
        )
        self._ask("hold/executed", lambda: asked.ExecuteOrder(order))

    def _ask(self, key: str, make: Callable[[], asked.Request]) -> None:
        """Ask for something, once; requests on one subject keep their order, so nobody waits here."""
        database, name = self.installation.database, f"demo/{key}"
        known = by_key(database, PRINCIPAL, name)
        self.told[name] = known or accept(database, make(), idempotency_key=name, principal=PRINCIPAL)

    def done(self, key: str, make: Callable[[], asked.Request]) -> Operation:
        """Ask for something, once, and wait until it has come true."""
        self._ask(key, make)
        return self.settled(self.told[f"demo/{key}"])

    def ended(self, operation_id: str) -> Operation:
        """Wait until an operation has come true."""
        return self.settled(operation(self.installation.database, operation_id))

    def settled(self, asked_for: Operation, refused: str | None = None) -> Operation:
        """Wait until something that was asked for has ended as it should: refused for this reason, or done."""
        until = time.monotonic() + _PATIENCE
        found = asked_for
        while not found.state.ended:
            if time.monotonic() > until:
                logs = self.installation.settings.home / "run"
                raise StoryBroken(
                    "demo-stuck",
                    f"请求 {found.kind} 未能完成；请看 {logs} 中的日志。",
                    f"The request {found.kind} did not end; look into the logs in {logs}.",
                )
            self.look_after()
            time.sleep(0.05)
            found = operation(self.installation.database, found.id)
        self.told[found.idempotency_key] = found
        code_of = found.reason.code if found.reason else None
        if code_of != refused:
            said = found.reason
            raise StoryBroken(
                "demo-otherwise",
                f"请求 {found.kind} 的结果与预期不同：{said.zh if said else '未被拒绝'}",
                f"The request {found.kind} ended otherwise than it should: {said.en if said else 'it was not refused'}",
            )
        return found

    def _serials(self, work: int) -> list[int]:
        return self.tokens[work * ISSUED : (work + 1) * ISSUED]

    def _account(self, reference: str) -> Address:
        return self.registry().account_of(reference, self.collection)

    def _folder(self) -> Path:
        return self.installation.settings.home / "sample"

    def registry(self) -> Registry:
        """Where people are registered."""
        installation = self.installation
        people = People(installation.database, master_sealer(installation.settings))
        return Registry(installation.database, people, installation.vault, PRINCIPAL)


def verified() -> Verification:
    """The test verifier's word."""
    return Verification("test", "qianyin-demo", int(time.time()) - DAY)
