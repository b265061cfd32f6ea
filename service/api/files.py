"""Files: originals as attachments, previews, the static files of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, BinaryIO, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from service.api.border import Installed
from service.errors import NotFound
from service.files.media import sniff_stream
from service.pages import assets

routes = APIRouter(tags=["files"])
FOR_EVER = {"Cache-Control": assets.CACHE_CONTROL}
_PIECE = 1 << 18


@routes.get("/static/{name:path}", include_in_schema=False)
def static(name: str) -> Response:
    """Give a static file of the pages."""
    asset = assets.load().files.get(name)
    if asset is None:
        raise NotFound("no-such-address", "没有这个地址。", "There is nothing at this address.")
    return Response(asset.body, media_type=asset.media_type, headers=FOR_EVER)


@routes.get("/files/{cid}", response_class=StreamingResponse, responses={200: {"content": {"*/*": {}}}})
def original(installation: Installed, cid: str) -> Response:
    """Give a kept file, verified against its content identifier, always as an attachment."""
    stream = installation.files.get(cid)
    media_type = sniff_stream(stream)
    headers = {**FOR_EVER, "Content-Disposition": f'attachment; filename="{cid}"'}
    return StreamingResponse(_pieces(stream), media_type=media_type, headers=headers)


@routes.get("/preview/{cid}", response_class=Response, responses={200: {"content": {"image/webp": {}}}})
def preview(
    installation: Installed, cid: str, size: Annotated[Literal["large", "small"], Query()] = "large"
) -> Response:
    """Give a small re-encoded picture of a kept file (WebP)."""
    return Response(installation.previews.get(cid, size), media_type="image/webp", headers=FOR_EVER)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(_PIECE):
            yield piece
