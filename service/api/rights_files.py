"""A work's rights as files of others' formats, to whoever may see them: ODRL 2.2 and ONIX for Books."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS
from indexer.values import Hash32, as_hex
from service.api.border import Installed
from service.api.names import digest_in
from service.api.readers import AsReader, reading
from service.api.scoping import Codes, Day, day_or_today, mask_in
from service.api.shapes import WRITTEN, Body
from service.errors import BadInput
from service.files.description import is_isbn
from service.rights import exchange
from service.rights.exchange import Described
from service.rights.formats.onix import Need, Product
from service.rights.formats.onix_codes import USUAL_FORMS
from service.rights.formats.onix_writing import Release

routes = APIRouter(tags=["rights"])
ODRL = "application/ld+json"
ONIX = "application/xml"


class ProductQuery(Body):
    """A product: the rights it takes, its language and medium, the day (today); who publishes it, under which ISBN."""

    right: Codes
    language: Codes
    medium: Literal["print", "ebook", "audio"]
    publisher: Annotated[str, Field(min_length=1, max_length=200, pattern=WRITTEN)]
    isbn: Annotated[str, Field(max_length=20, pattern=r"^[0-9Xx -]*$")] = ""
    on: Day | None = None
    release: Release = "3.1"

    def product(self, work_id: Hash32, title: str, now: int) -> Described:
        """Describe it, as yet without its sales rights.

        Raises:
            BadInput: a code or day is not understood, or its ISBN is none.
        """
        rights, languages = mask_in(RIGHTS, self.right), mask_in(LANGUAGES, self.language)
        need = Need(
            rights, languages & LANGUAGES.assigned, MEDIA.mask([self.medium]), day_or_today(self.on, now)
        )
        name = as_hex(work_id)
        numbers = ((_isbn_kind(self.isbn), _digits(self.isbn)),) if self.isbn.strip() else ()
        product = Product(
            reference=f"qianyin.{name}.{self.medium}",
            identifiers=(*numbers, ("own", name)),
            title=title,
            publisher=self.publisher,
            form=USUAL_FORMS[self.medium],
            languages=need.languages,
            sales=(),
        )
        return Described(need, product, self.release)


@routes.get(
    "/v1/works/{work_id}/rights.odrl.jsonld",
    response_class=Response,
    responses={200: {"content": {ODRL: {"schema": {"type": "object"}}}}},
)
def odrl(request: Request, installation: Installed, bearer: AsReader, work_id: str) -> Response:
    """Give the grants of a work that the bearer may see, in force or to come, as agreements of ODRL 2.2 (JSON-LD)."""
    with reading(installation, bearer, request) as one:
        octets = exchange.odrl_file(one.book, one.audience, digest_in(work_id), one.context.now)
    return _file(octets, ODRL, "rights.odrl.jsonld")


@routes.get(
    "/v1/works/{work_id}/rights.onix.xml",
    response_class=Response,
    responses={200: {"content": {ONIX: {"schema": {"type": "string"}}}}},
)
def onix(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    work_id: str,
    query: Annotated[ProductQuery, Query()],
) -> Response:
    """Give where the bearer may sell a product of a work, and on which rights, as an ONIX message.

    No more is stated than is on record as the bearer's own, on that day.
    """
    with reading(installation, bearer, request) as one:
        work = digest_in(work_id)
        title = one.context.work_title(one.book.work(work)).first("zh")[0]
        described = query.product(work, title, one.context.now)
        octets = exchange.onix_file(one.book, one.audience, work, one.context.now, described)
    return _file(octets, ONIX, "rights.onix.xml")


def _isbn_kind(text: str) -> str:
    if not is_isbn(text):
        raise BadInput("isbn-wrong", "ISBN 有误：校验位不符。", "This is no ISBN: its check digit is wrong.")
    return "isbn" if len(_digits(text)) == 13 else "isbn10"


def _digits(text: str) -> str:
    return text.replace(" ", "").replace("-", "").upper()


def _file(octets: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="qianyin-{name}"',
    }
    return Response(octets, media_type=media_type, headers=headers)
