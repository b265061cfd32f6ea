"""What the verbs of `qianyin rights` share: one reading for whoever asks, and what they take and show alike."""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.cli import naming
from service.cli.acting import KEY, PRINCIPAL, bearer
from service.cli.opening import Verbs, hash_word, installation_of, opened, tell
from service.errors import BadInput

if TYPE_CHECKING:
    from indexer.values import Hash32
    from service.access.bearer import Scope
    from service.access.bearers import Bearer
    from service.installation import Installation
    from service.reading.context import Context
    from service.rights.acting import Acting
    from service.rights.audience import Audience
    from service.rights.book import Book
    from service.rights.drafting import Drafting
    from service.rights.single import Piece
    from service.rights.speaking import Speaker

WORK = "id, or SHA-256 of its file"
_PLUMBING = frozenset(("home", "verb", "act", "run", "json"))


@dataclass(frozen=True, slots=True)
class Asking:
    """One reading for whoever asks."""

    installation: Installation
    context: Context
    bearer: Bearer
    book: Book
    audience: Audience
    speaker: Speaker

    def acting(self) -> Acting:
        """Let whoever asks act."""
        from service.api.signatures import desk_of, require_signed
        from service.rights.acting import Acting as Acts

        signed = partial(require_signed, self.installation)
        return Acts(self.bearer, self.speaker, desk_of(self.installation), signed)

    def drafting(self) -> Drafting:
        """Draft acts from this reading."""
        return self.acting().drafting

    def tell(self, arguments: argparse.Namespace, found: dict[str, Any], text: str) -> None:
        """Print what was found, as of the block it was read at."""
        from service.api.shapes import as_of_body

        tell(arguments, {"as_of": as_of_body(self.book.view.as_of), **found}, text)


@contextmanager
def asking(arguments: argparse.Namespace, *scopes: Scope) -> Iterator[Asking]:
    """Open the home that was named, and read for whose key is in `QIANYIN_KEY`, else for the institution.

    Args:
        scopes: those that may; none: all.

    Raises:
        NotAllowed: the key is unknown or revoked, or of another scope.
    """
    with installation_of(arguments) as installation:
        who = whoever(installation, *scopes)
        with read_for(arguments, installation, who) as one:
            yield one


def whoever(installation: Installation, *scopes: Scope) -> Bearer:
    """Give whose key is in `QIANYIN_KEY`, else the institution.

    Raises:
        NotAllowed: as `asking`.
    """
    from service.access.bearer import Scope as Scopes
    from service.access.bearers import Bearer as Presented
    from service.access.entitlement import demand

    wanted = scopes or tuple(Scopes)
    if os.environ.get(KEY):
        return bearer(installation, *wanted)
    return demand(Presented(PRINCIPAL, Scopes.ISSUER, None, PRINCIPAL, 0, None), wanted)


@contextmanager
def read_for(arguments: argparse.Namespace, installation: Installation, who: Bearer) -> Iterator[Asking]:
    """Read for somebody as of one block; a regulator's question is kept first."""
    from service.keys.operators import Operator
    from service.rights.audience import audience_of
    from service.rights.book import Book as Read
    from service.rights.speaking import Speaker as Asks

    with _context(arguments, installation, who) as one:
        book = Read(one.view)
        audience = audience_of(installation, who, book)
        account = who.account or installation.vault.operator(Operator.ISSUER)
        yield Asking(installation, one, who, book, audience, Asks(book, audience, account, one.now))


@contextmanager
def _context(arguments: argparse.Namespace, installation: Installation, who: Bearer) -> Iterator[Context]:
    from service.access.bearer import Scope as Scopes
    from service.audit.asking import asked
    from service.reading.open import context

    if who.scope is Scopes.REGULATOR:
        words = {name: _plain(value) for name, value in vars(arguments).items() if name not in _PLUMBING}
        with asked(installation, who.key_id, {"verb": f"rights {arguments.act}", "words": words}) as (one, _):
            yield one
        return
    with context(installation) as one:
        yield one


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool) else str(value)


def within(least: int, most: int) -> Callable[[str], int]:
    """Make what reads a whole number from the command line; a wrong one is a wrong command line (exit code 2)."""

    def number(text: str) -> int:
        plain = text.isascii() and text.isdigit() and len(text) < 20
        if not plain or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text[:80]!r}: {least} … {most}")
        return int(text)

    return number


def reads(verb: argparse.ArgumentParser, run: object) -> None:
    """Let a verb answer in JSON, and say what carries it out."""
    verb.add_argument("--json", action="store_true")
    verb.set_defaults(run=run)


def papers(verb: argparse.ArgumentParser, name: str, about: str) -> None:
    """Let a paper be named by its file, or by its SHA-256 alone."""
    paper = verb.add_mutually_exclusive_group(required=True)
    paper.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"{about}; only its SHA-256 is kept")
    hashed = f"--{name}-hash"
    paper.add_argument(hashed, type=hash_word, metavar="SHA256", help="that, where it is not here")


def paper_in(arguments: argparse.Namespace, name: str) -> str:
    """Give SHA-256 of the paper that `papers` let be named, as the API takes it.

    Raises:
        BadInput: it cannot be read.
    """
    path = getattr(arguments, name)
    if path is None:
        return "0x" + bytes(getattr(arguments, f"{name}_hash")).hex()
    return sha256_of(path)


def sha256_of(path: Path) -> str:
    """Give SHA-256 of a file, as the API takes it.

    Raises:
        BadInput: it cannot be read.
    """
    with opened(path) as stream:
        return "0x" + hashlib.file_digest(stream, "sha256").hexdigest()


def named(verb: argparse.ArgumentParser) -> None:
    """Let a work, an estate or a grant be named."""
    kinds = ("work", "estate", "grant")
    verb.add_argument("what", nargs="?", choices=kinds, default="work", help="left out: a work")
    verb.add_argument("name", metavar="ID", help=f"of a work: {WORK}")


def piece(acts: Verbs, name: str, about: str) -> argparse.ArgumentParser:
    """Add a verb about an estate or a grant."""
    verb: argparse.ArgumentParser = acts.add_parser(name, help=about)
    verb.add_argument("what", choices=("estate", "grant"))
    verb.add_argument("name", metavar="ID")
    return verb


def piece_in(one: Asking, arguments: argparse.Namespace) -> Piece:
    """Give the estate or grant that was named.

    Raises:
        NotFound: it is not there, or not for whoever asks to see.
    """
    from service.api.names import digest_in, number_in
    from service.rights.single import estate_piece, grant_piece

    if arguments.what == "estate":
        return estate_piece(one.book, one.audience, number_in(arguments.name))
    return grant_piece(one.book, one.audience, digest_in(arguments.name))


def as_shape(shape: Any, said: dict[str, Any], code: str, zh: str, en: str) -> Any:
    """Read what was typed as one of the API's shapes.

    Args:
        shape: a pydantic model, or a union of some.
        zh, en: what is said of faults: of how many, and of the first.

    Raises:
        BadInput: it has faults, all of which `facts` lists.
    """
    from pydantic import TypeAdapter, ValidationError

    from service.api.faults import listed

    try:
        return TypeAdapter(shape).validate_python(said)
    except ValidationError as fault:
        faults = listed(fault.errors())
        many, first = len(faults), faults[0]
        zh, en = (
            said_of.format(many, f"{first['at']} {first[language]}")
            for said_of, language in ((zh, "zh"), (en, "en"))
        )
        raise BadInput(code, zh, en, faults=faults) from fault


def work_of(one: Asking, text: str) -> Hash32:
    """Name a work that was typed: its id, or SHA-256 of its file."""
    return naming.work(one.context, text).state.work_id


def moment_text(moment: int) -> str:
    """Write Unix seconds for a terminal, as it is in China."""
    return time.strftime("%Y-%m-%d %H:%M (UTC+8)", time.gmtime(moment + 8 * 3_600))


def record_text(one: dict[str, Any]) -> str:
    """Say which record something is, and of when."""
    return f"记录 / record {one['seq']}  {moment_text(one['time'])}"
