"""Column types that are exact and ordered alike on SQLite and PostgreSQL. Pure."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

MOST_BIG_INTEGER = (1 << 63) - 1
"""The largest number that a `BigInteger` column takes."""


class Unsigned(TypeDecorator[int]):
    """An unsigned number of a fixed width, as big-endian bytes: they compare as the numbers do, and none is rounded.

    (`Numeric(78, 0)` is rounded on SQLite without a warning, and `BigInteger` ends at 2**63 - 1.)

    Args:
        width: in bytes.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.width = width

    def process_bind_param(self, value: int | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Give what the database stores.

        Raises:
            OverflowError: negative, or too large for the width.
        """
        return None if value is None else value.to_bytes(self.width, "big")

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Read what the database stores."""
        return None if value is None else int.from_bytes(value, "big")


class Words(TypeDecorator[str]):
    """A text that strangers wrote on chain, as its UTF-8: PostgreSQL's own texts hold no U+0000."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Give what the database stores."""
        return None if value is None else value.encode()

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Read what the database stores."""
        return None if value is None else value.decode()


Uint64 = Unsigned(8)
Uint256 = Unsigned(32)
Serial = BigInteger().with_variant(Integer, "sqlite")
"""A key that grows: block numbers and seqs. On SQLite only INTEGER is the key of the table itself."""
Octets32 = LargeBinary(32)
Octets20 = LargeBinary(20)
