"""XML from strangers: read where it is honest; refused early, and in little memory, where it is not."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import BadInput, QianyinError, TooLarge
from service.rights.formats import markup
from service.rights.formats.markup import DEEPEST, LONGEST_TEXT, MOST_NODES, Node, trees

NAMES = {"a": "A", "b": "B", "Product": "Product"}


def read(octets: bytes) -> list[Node]:
    return [tree for _, tree in trees(octets, "Product", NAMES)]


def test_what_is_named_is_kept_and_the_rest_left_out() -> None:
    (tree,) = read(b"<m><x><Product/></x></m>")
    assert tree.children == []
    (tree,) = read(b"<m><Product><a>1<z>no<a>no</a></z>2</a><b> x  y </b><a/></Product></m>")
    assert [(node.name, node.text) for node in tree.children] == [("A", "12"), ("B", "x y"), ("A", "")]
    assert tree.first("A") == "12"
    assert tree.first("Z") is None


def test_the_root_is_known_with_every_tree() -> None:
    pairs = list(trees(b'<m xmlns="urn:x" release="3"><Product/><Product/></m>', "Product", NAMES))
    assert [root.attributes for root, _ in pairs] == [{"release": "3", "xmlns": "urn:x"}] * 2


@given(cut=st.integers(1, 200))
def test_where_the_pieces_are_cut_does_not_matter(cut: int) -> None:
    octets = b"<m>" + "<Product><a>围城</a></Product>".encode() * 5 + b"</m>"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "PIECE", cut)
        assert [tree.first("A") for tree in read(octets)] == ["围城"] * 5


HOSTILE = {
    "a thousand million laughs": b"""<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
        <m><Product><a>&b;</a></Product></m>""",
    "a file of the reader's": b"""<!DOCTYPE m [<!ENTITY f SYSTEM "file:///etc/passwd">]><m><Product><a>&f;</a></Product></m>""",
    "a definition elsewhere": b"""<!DOCTYPE m SYSTEM "http://example.org/onix.dtd"><m><Product/></m>""",
    "an entity of a parameter": b"""<!DOCTYPE m [<!ENTITY % p SYSTEM "http://example.org/">%p;]><m><Product/></m>""",
    "an empty definition": b"<!DOCTYPE m><m><Product/></m>",
    "an entity of nobody": b"<m><Product><a>&x;</a></Product></m>",
    "an unknown encoding": b"<?xml version='1.0' encoding='nonsense'?><m><Product/></m>",
    "another encoding than stated": "<m><Product><a>围城</a></Product></m>".encode("gb18030"),
    "GB 18030 that is none": b"<?xml version='1.0' encoding='gbk'?><m><Product><a>\xff\xff</a></Product></m>",
    "no XML": b"PK\x03\x04",
    "nothing": b"",
    "two roots": b"<m><Product/></m><m/>",
    "a root that does not end": b"<m><Product/>",
}


@pytest.mark.parametrize("octets", HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_honest_is_refused(octets: bytes) -> None:
    with pytest.raises(BadInput):
        read(octets)


def deep(levels: int) -> bytes:
    return b"<m><Product>" + b"<a>" * levels + b"</a>" * levels + b"</Product></m>"


def test_what_is_too_deep_is_refused() -> None:
    assert read(deep(DEEPEST - 2))
    with pytest.raises(TooLarge):
        read(deep(DEEPEST - 1))
    with pytest.raises(TooLarge):
        read(b"<x>" * 1_000_000)


def test_a_record_may_have_so_many_elements_and_no_more() -> None:
    assert read(b"<m><Product>" + b"<a/>" * (MOST_NODES - 1) + b"</Product></m>")
    with pytest.raises(TooLarge):
        read(b"<m><Product>" + b"<a/>" * MOST_NODES + b"</Product></m>")


def test_a_text_may_be_so_long_and_no_longer() -> None:
    assert read(b"<m><Product><a>" + b"x" * LONGEST_TEXT + b"</a></Product></m>")
    with pytest.raises(TooLarge):
        read(b"<m><Product><a>" + b"x" * LONGEST_TEXT + b"x</a></Product></m>")


def test_a_file_may_be_so_large_and_no_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    octets = b"<m><Product/></m>"
    monkeypatch.setattr(markup, "LARGEST", len(octets))
    assert read(octets)
    with pytest.raises(TooLarge):
        read(octets + b"\n")


def test_many_records_need_the_memory_of_few() -> None:
    octets = b"<m>" + b"<Product><a>x</a></Product>" * 100_000 + b"</m>"
    tracemalloc.start()
    count = sum(1 for _ in trees(octets, "Product", NAMES))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 16 * 1024**2


@given(
    st.lists(
        st.sampled_from(
            [
                b"<m>",
                b"</m>",
                b"<Product>",
                b"</Product>",
                b"<a>",
                b"</a>",
                b"x",
                b"<!DOCTYPE m>",
                b"&lt;",
                b"\xff",
            ]
        ),
        max_size=20,
    )
)
def test_any_bytes_are_read_or_refused(parts: list[bytes]) -> None:
    def judged() -> Iterator[Node]:
        try:
            yield from read(b"".join(parts))
        except QianyinError:
            return

    assert all(tree.name == "Product" for tree in itertools.islice(judged(), 30))
