"""The pages of what is going on: a request's progress, a file checked, an error. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from service.pages import addresses
from service.pages.views.evidence import VerdictView
from service.pages.views.page import AsOf, Bilingual, Name, Page
from service.pages.words import WORDS

State = Literal["accepted", "stored", "signed", "sent", "settled", "refused"]

STATES: tuple[State, ...] = ("accepted", "stored", "signed", "sent", "settled")
"""The states of a request that goes well, in order."""


@dataclass(frozen=True, slots=True)
class Step:
    """A state that a request has reached, and when; None where that was not written down."""

    state: State
    at: int | None


@dataclass(frozen=True, slots=True)
class OperationPage(Page):
    """The progress of one request.

    Attributes:
        operation_id: as given on acceptance.
        act: what was asked: `register_work`, `create_collection`, `open_edition`, `mint`, `distribute`, `gift`, `hold`,
            `release`, `annul`, `amend`, `withdraw`, `register_account`, or another (shown as "request").
        steps: the states reached, oldest first; never empty. A state may be skipped (an act found done is not signed).
        refusal: why it was refused, decoded; only with the state `refused`.
        refusal_code: the stable word for programs.
        result: address and title of what came of it, or None.
        title: what it is about, or None.
        waiting_on: operations that have to be done before; shown while it is not finished.
        good_until: how long what a holder signed for it is good; None where nothing was signed.
        refreshing: False where the reader asked the page not to refresh by itself.
    """

    kind: ClassVar[str] = "operation"
    operation_id: str
    act: str
    steps: tuple[Step, ...]
    refusal: Bilingual | None = None
    refusal_code: str | None = None
    result: str | None = None
    title: Name | None = None
    waiting_on: tuple[str, ...] = ()
    good_until: int | None = None
    refreshing: bool = True
    as_of: AsOf | None = None
    test_verifier: bool = False

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("a request that was accepted has reached at least that state")

    @property
    def state(self) -> State:
        """Return the state it is in."""
        return self.steps[-1].state

    @property
    def finished(self) -> bool:
        """Return whether nothing will change any more."""
        return self.state in ("settled", "refused")

    @property
    def path(self) -> str:
        """Return `/o/{operation id}`."""
        return addresses.operation(self.operation_id)

    def ahead(self, state: State) -> bool:
        """Return whether `state` may still come; a state that was skipped does not."""
        return not self.finished and STATES.index(state) > STATES.index(self.state)

    def reached(self, state: State) -> Step | None:
        """Return the step at which `state` was reached, None if it was not."""
        return next((step for step in self.steps if step.state == state), None)


@dataclass(frozen=True, slots=True)
class AcceptPage(Page):
    """A gift on offer, for its receiver: waiting for the acceptance, until a time.

    Attributes:
        token_id: decimal. title, serial, cap: what it is.
        giver: who offers it, masked. from_account: that account (EIP-55), which the acceptance names.
        deadline: until when the acceptance is good, Unix seconds. lapsed: that time is over.
        needed: whether the policy asks for an acceptance.
    """

    kind: ClassVar[str] = "accept"
    token_id: str
    title: Name
    serial: int
    cap: int
    giver: Name
    from_account: str
    deadline: int
    lapsed: bool
    needed: bool
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/t/{token id}/accept`, with what is offered."""
        return addresses.accept(self.token_id, self.from_account, self.deadline)

    @property
    def call(self) -> str:
        """Return the address at which the receiver's key signs."""
        return f"{addresses.twin(addresses.collectible(self.token_id))}/acceptances"

    @property
    def twin(self) -> str:
        """Return the twin of the collectible: an offer has none of its own."""
        return addresses.twin(addresses.collectible(self.token_id))


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What came of checking an evidence bundle that a reader sent.

    Attributes:
        name: the file's name, as the reader's device gave it.
        verdict: None: the file is not an evidence bundle.
        subject: title of what was checked.
        path: address of its page, None if this service does not know it.
    """

    name: str
    verdict: VerdictView | None
    subject: Name | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class VerifyPage(Page):
    """Where a stranger checks a file or an evidence bundle; with `result` after one was sent by POST."""

    kind: ClassVar[str] = "verify"
    result: VerifyResult | None = None
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return `/verify`."""
        return addresses.VERIFY


@dataclass(frozen=True, slots=True)
class ErrorPage(Page):
    """An error, for people; its twin is a problem of RFC 9457.

    Attributes:
        status: of HTTP.
        code: the stable kebab-case word for programs.
        instance: the path that was asked for.
        detail: what happened and what to do; None: the page's own words for the status.
        retry_after: seconds, with 429 and 503.
        number: what to quote when asking about it; None if there is nothing to look up.
    """

    kind: ClassVar[str] = "error"
    status: int
    code: str
    instance: str
    detail: Bilingual | None = None
    retry_after: int | None = None
    number: str | None = None
    as_of: AsOf | None = None
    test_verifier: bool = False

    @property
    def path(self) -> str:
        """Return the path that was asked for."""
        return self.instance

    def to_json(self) -> dict[str, Any]:
        """Return the problem (RFC 9457, 3.1): `application/problem+json`."""
        key = f"error.{self.status}"
        title = WORDS.get(key, WORDS["error.other"])
        problem: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": f"{title[0]} / {title[1]}",
            "status": self.status,
            "instance": self.instance,
            "code": self.code,
        }
        if self.detail is not None:
            problem["detail"] = f"{self.detail.zh} / {self.detail.en}"
        if self.retry_after is not None:
            problem["retry_after"] = self.retry_after
        return problem
