"""The one map from errors to HTTP answers (RFC 9457, `application/problem+json`)."""

from __future__ import annotations

from typing import Any

from service.errors import BadInput, Conflict, NotAllowed, NotFound, QianyinError, TooLarge, Unavailable

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[QianyinError], int] = {
    BadInput: 422,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Unavailable: 503,
    QianyinError: 500,
}
"""The status of each branch of the tree; the nearest ancestor counts."""


class NotAuthenticated(NotAllowed):
    """No key, or none that is known: 401 with `WWW-Authenticate: Bearer`."""


class Malformed(BadInput):
    """It cannot be read at all: 400."""


class TooMany(QianyinError):
    """Too many requests of one key or address: 429 with `Retry-After`, in seconds in `facts["retry_after"]`."""


STATUS[NotAuthenticated] = 401
STATUS[Malformed] = 400
STATUS[TooMany] = 429


def status_of(error: QianyinError) -> int:
    """Say the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: QianyinError, *, status: int, language: str, instance: str) -> dict[str, Any]:
    """Write an error as an RFC 9457 object: `title` and `detail` in the reader's language, `messages` in both.

    Args:
        language: `zh` or `en`.
        instance: the path that was asked for.
    """
    return {
        "type": f"urn:qianyin:problem:{error.code}",
        "title": error.code,
        "status": status,
        "detail": error.zh if language == "zh" else error.en,
        "instance": instance,
        "messages": {"zh": error.zh, "en": error.en},
        **({"facts": error.facts} if error.facts else {}),
    }


def headers_of(error: QianyinError) -> dict[str, str]:
    """Give the headers that belong to an error's answer; the rest of what is too large is not waited for."""
    match error:
        case NotAuthenticated():
            return {"WWW-Authenticate": 'Bearer realm="qianyin"'}
        case Unavailable():
            return {"Retry-After": "5"}
        case TooMany():
            return {"Retry-After": str(error.facts["retry_after"])}
        case TooLarge():
            return {"Connection": "close"}
        case _:
            return {}
