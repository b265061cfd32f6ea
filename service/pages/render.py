"""Turn a view model into an HTML page. Pure: the same page, language and site give the same text.

The HTML carries no inline script or style and names no other host, so it works under `HEADERS`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from service.pages import addresses, assets, labels, language, seals, words
from service.pages.language import Lang
from service.pages.views import ErrorPage, Fact, OperationPage, Page
from service.pages.views.history import HistoryEntryView
from service.pages.views.running import STATES

HEADERS: dict[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language, Cookie",
}
"""The headers to send with each page; add `Set-Cookie: lang=…; Path=/; SameSite=Lax` where `?lang=` was asked."""

REFRESH_SECONDS = 5
LONG_TEXT = 320
"""A described line longer than this many characters is folded."""

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Characters that are letters or marks by category, and draw nothing."""

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Explicit embeddings, overrides and isolates (UAX 9, 2.1 to 2.4): they turn the order of text."""

_TIME = Markup('<time datetime="{}" class="{}">{}</time>')


@dataclass(frozen=True, slots=True)
class Site:
    """What every page of one installation shares.

    Attributes:
        base_url: where people reach it, without a slash at the end; goes into QR codes.
        public: the installation's owner has set that address; False: it is the one by which this reader came, and no
            label may be printed with it, but a demonstration's.
        demo: it is a demonstration and says so on every page.
        filing_number: of the blockchain information service, as filed; None: the page says that it is not set.
        operator: who runs it, or None.
    """

    base_url: str
    public: bool = False
    demo: bool = False
    filing_number: str | None = None
    operator: str | None = None

    @property
    def prints(self) -> bool:
        """Return whether labels may be printed."""
        return self.public or self.demo


def render(page: Page, lang: Lang, site: Site) -> str:
    """Return the page as HTML in a language.

    Raises:
        KeyError: a view model names a check that has no words.
    """
    pressed = _Pressed()
    template = _environment().get_template(f"{page.kind}.html")
    return template.render(
        page=page,
        site=site,
        lang=lang,
        tag=language.TAGS[lang],
        other_lang=language.other(lang),
        t=partial(words.say, lang),
        tm=partial(_said_with_markup, lang),
        gap="" if lang == "zh" else " ",
        spelled=partial(_spelled, lang),
        counted=partial(words.counted, lang),
        period=partial(words.period, lang),
        day=partial(_day, lang=lang),
        remarks=partial(_remarks, lang),
        error=partial(_error, lang),
        label_of=partial(_label, lang),
        chapter_name=partial(_chapter, lang),
        stated=partial(_stated, lang),
        press=pressed.press,
        symbols=pressed.symbols,
    )


class _Pressed:
    """The seals that one page uses; each is drawn once, at the end of the page."""

    def __init__(self) -> None:
        self._seals: dict[seals.Seal, None] = {}

    def press(self, seal: seals.Seal, size: str) -> Markup:
        """Return a use of the seal; what it says stands beside it in words, so it is hidden from screen readers."""
        self._seals[seal] = None
        return Markup(
            '<svg class="seal seal-{}" viewBox="0 0 {} {}" aria-hidden="true"><use href="#{}"/></svg>'
        ).format(size, seals.SIDE, seals.SIDE, seal.id)

    def symbols(self) -> Markup:
        return Markup("").join(seals.symbol(seal) for seal in self._seals)


def _moment(at: int) -> Markup:
    return _TIME.format(language.machine(at), "moment", language.moment(at))


def _day(at: int, lang: Lang) -> Markup:
    return _TIME.format(language.machine(at), "day", language.day(at, lang))


def _said_with_markup(lang: Lang, key: str, **facts: object) -> Markup:
    """Return the words of `key` where a fact is mark-up (a time); every other fact is escaped."""
    return Markup(words.say(lang, key)).format(**facts)  # noqa: S704  the words are ours, the facts are escaped


def _spelled(lang: Lang, number: int) -> str:
    return language.spelled(number, lang).strip()


def _remarks(lang: Lang, entry: HistoryEntryView) -> list[Markup]:
    """Return what there is to say of a record beside act and names, one clause each."""
    say = partial(_said_with_markup, lang)
    given: list[tuple[bool, str]] = [
        (not entry.known, "history.unknown"),
        (entry.held is not None and entry.holding_period is not None, "history.held"),
        (entry.policy_version is not None, "history.policy"),
        (entry.cap is not None, "history.cap"),
        (entry.by_order, "history.order"),
        (entry.until is not None, _until_key(entry)),
        (entry.hand is not None, f"history.hand.{entry.hand}"),
        (entry.reason is not None, "history.reason"),
    ]
    facts = {
        "held": words.period(lang, (entry.held or 0) // 86_400 * 86_400 or entry.held or 0),
        "period": words.period(lang, entry.holding_period or 0),
        "version": entry.policy_version,
        "cap": language.figure(entry.cap or 0),
        "moment": _moment(entry.until or 0),
        "reason": entry.reason,
    }
    clauses = [escape(entry.note)] if entry.note else []
    clauses += [say(key, **facts) for applies, key in given if applies]
    if entry.earlier_deposits:
        clauses.append(escape(words.counted(lang, "history.claims", entry.earlier_deposits)))
    return clauses


def _until_key(entry: HistoryEntryView) -> str:
    if entry.lapsed:
        return "history.lapsed"
    return "history.until.loan" if entry.act == "Lent" else "history.until"


def _error(lang: Lang, page: ErrorPage) -> tuple[str, str]:
    """Return the headline and the text of an error."""
    key = f"error.{page.status}"
    headline = words.say(lang, key if key in words.WORDS else "error.other")
    if page.detail is not None:
        return headline, page.detail.in_language(lang)
    if f"{key}.text" not in words.WORDS:
        return headline, ""
    return headline, words.say(lang, f"{key}.text", n=page.retry_after or 60)


def _label(lang: Lang, key: str) -> str:
    """Return the label of a fact; a heading of the institution's own is shown as given."""
    return words.say(lang, f"fact.{key}") if f"fact.{key}" in words.WORDS else key


def _stated(lang: Lang, fact: Fact) -> str:
    """Return what a fact states; tags of languages that have words are put into them."""
    if fact.key != "language":
        return fact.value_en if lang == "en" and fact.value_en else fact.value
    tags = re.split(r"[,、;\s]+", fact.value)
    named = [words.say(lang, f"tongue.{tag}") if f"tongue.{tag}" in words.WORDS else tag for tag in tags]
    return words.say(lang, "list").join(named)


def _chapter(lang: Lang, tag: str) -> str:
    """Return the heading of a chapter of the API; a tag without words is shown as it is."""
    return words.say(lang, f"chapter.{tag}") if f"chapter.{tag}" in words.WORDS else tag


def _act(act: str) -> str:
    """Return the catalogue key of an act."""
    return f"act.{act}" if f"act.{act}" in words.WORDS else "act.other"


def _with_marks(text: str) -> Markup | None:
    """Return a text with its invisible characters shown by their code points; None where it has none."""
    if not any(map(_unseen, text)):
        return None
    shown = Markup('<span class="mark">U+{:04X}</span>')
    return Markup("").join(shown.format(ord(sign)) if _unseen(sign) else escape(sign) for sign in text)


def _straight(value: object) -> object:
    """Return what a template prints without the characters that turn text round, wherever it came from.

    The words stay in the order in which they were written; a title that holds such a character says so beside it, and
    the JSON twin gives it as it is.
    """
    if isinstance(value, str) and _TURNING.search(value):
        return type(value)(_TURNING.sub("", value))
    return value


def _with_code(text: str) -> Markup:
    """Return a text whose parts between backticks are code."""
    parts = [
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(text.split("`"))
    ]
    return Markup("").join(parts)


def _unseen(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cf", "Cc", "Co", "Cn") or sign in _FILLERS


def _request(page: OperationPage) -> str:
    """Return the catalogue key of what was asked."""
    key = f"operation.kind.{page.act}"
    return key if key in words.WORDS else "operation.kind.other"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_straight,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    files = assets.load()
    environment.globals |= {
        "addresses": addresses,
        "static": files.url,
        "font_sheet": files.font_sheet,
        "seals": seals,
        "moment": _moment,
        "moment_text": language.moment,
        "figure": language.figure,
        "size": language.size,
        "qr_code": labels.qr_code,
        "act_key": _act,
        "with_code": _with_code,
        "request_key": _request,
        "states": STATES,
        "REFRESH_SECONDS": REFRESH_SECONDS,
        "LONG_TEXT": LONG_TEXT,
    }
    environment.filters["with_marks"] = _with_marks
    return environment
