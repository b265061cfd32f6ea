"""The public names of institutions: read anew after a while, and none where the key that opens them is away."""

from __future__ import annotations

from indexer.values import Address
from service.errors import Unavailable
from service.reading.institutions import RENEW_AFTER, Institutions

MUSEUM = Address(b"\x01" * 20)


def test_a_name_is_read_once_in_a_while_and_a_change_is_seen_then() -> None:
    now, register, reads = [0.0], {MUSEUM: "某馆"}, []

    def read() -> dict[Address, str]:
        reads.append(now[0])
        return dict(register)

    institutions = Institutions(read, clock=lambda: now[0])
    assert [institutions.names()[MUSEUM] for _ in range(9)] == ["某馆"] * 9
    register.clear()
    assert institutions.names() == {MUSEUM: "某馆"}
    now[0] += RENEW_AFTER
    assert institutions.names() == {}
    assert reads == [0.0, RENEW_AFTER]


def test_without_the_key_there_are_no_names_and_no_error() -> None:
    def read() -> dict[Address, str]:
        raise Unavailable("master-key-missing", "没有主密钥。", "There is no master key.")

    assert Institutions(read).names() == {}
