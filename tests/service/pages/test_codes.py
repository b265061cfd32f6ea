"""The short code that a person reads off a label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.pages.codes import ALPHABET, read_code, short_code

TOKENS = st.builds(
    lambda edition, serial: edition << 64 | serial, st.integers(0, 2**128 - 1), st.integers(1, 2**64 - 1)
)


@given(TOKENS)
def test_a_code_read_again_stands_for_its_token(token_id: int) -> None:
    sought = read_code(short_code(token_id))
    assert sought is not None
    assert sought.first <= token_id <= sought.last
    assert sought.serial == token_id & (2**64 - 1)


@given(TOKENS, TOKENS)
def test_two_tokens_share_a_code_only_if_each_is_among_what_it_stands_for(one: int, two: int) -> None:
    sought = read_code(short_code(one))
    assert sought is not None
    meant = sought.first <= two <= sought.last and sought.serial == two & (2**64 - 1)
    assert (short_code(one) == short_code(two)) == meant


@given(TOKENS)
def test_a_code_is_read_as_people_type_it(token_id: int) -> None:
    code = short_code(token_id)
    letters, serial = code[:9], code[9:]
    typed = [
        code.lower(),
        code.replace("-", " "),
        letters.replace("0", "o").replace("1", "l") + serial,
        f"  {code} ",
    ]
    assert [read_code(text) for text in typed] == [read_code(code)] * 4


@pytest.mark.parametrize(
    "text",
    ["", "静夜思", "7K2M-9QXF", "7K2M-9QXU-7", "7K2M-9QXF-x", "-", "7K2M-9QXF-99999999999999999999", "12"],
)
def test_other_text_is_no_code(text: str) -> None:
    assert read_code(text) is None


@pytest.mark.parametrize("token_id", [-1, 2**192])
def test_a_number_that_no_token_has_gets_no_code(token_id: int) -> None:
    with pytest.raises(ValueError, match="not a token id"):
        short_code(token_id)


def test_a_known_token_keeps_its_code() -> None:
    assert short_code(0x3D8A1F6C9B2E4475A0C1D2E3F4051627 << 64 | 7) == "7P51-YV4V-7"
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
