"""ONIX out and in: valid by EDItEUR's own schemas, the same after a round, and nothing guessed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import onixcheck
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.rights.codes import LANGUAGES, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.scope import NO_END, Scope
from service.errors import BadInput
from service.rights.formats.onix import EVERYWHERE, Held, Need, Product, Sales, sales_of
from service.rights.formats.onix_codes import LANGUAGE_CODES, Sale, language_of
from service.rights.formats.onix_reading import Answers, Ask, Read, held_of, read_onix
from service.rights.formats.onix_writing import Release, Sender, write_onix

SENDER = Sender("示例出版社", datetime(2026, 11, 30, 8, tzinfo=UTC))
JAPAN, KOREA, FRANCE = (TERRITORIES.mask([code]) for code in ("JP", "KR", "FR"))
HANS, JAPANESE = LANGUAGES.mask(["zh-Hans"]), LANGUAGES.mask(["ja"])
PRINT, EBOOK = MEDIA.mask(["print"]), MEDIA.mask(["ebook"])
TRANSLATION = RIGHTS.mask(["translation"])
NOVEL = Product(
    reference="qianyin.novel-ja",
    identifiers=(("isbn", "9787020002207"),),
    title="围城（日文版）",
    publisher="示例出版社",
    form="BA",
    languages=JAPANESE,
    sales=(Sales(Sale.EXCLUSIVE, JAPAN | KOREA), Sales(Sale.NON_EXCLUSIVE, FRANCE)),
)
RELEASES = get_args(Release)


def complaints(octets: bytes, *schemas: str) -> list[str]:
    """What EDItEUR's schemas say against a message, by the library that carries them."""
    stream = io.BytesIO(octets)
    stream.name = "message.xml"
    return [message.message for message in onixcheck.validate(stream, schemas=schemas)]


def read_one(octets: bytes) -> Read:
    (read,) = read_onix(octets)
    return read


def shorter(sales: str, release: str = "3.0") -> bytes:
    """A message of one product, written by hand around its sales rights."""
    space = f"http://ns.editeur.org/onix/{release}/reference"
    return f"""<ONIXMessage release="{release}" xmlns="{space}"><Product><RecordReference>r</RecordReference>
    <DescriptiveDetail><ProductForm>BC</ProductForm><Language><LanguageRole>01</LanguageRole>
    <LanguageCode>jpn</LanguageCode></Language></DescriptiveDetail>
    <PublishingDetail>{sales}</PublishingDetail></Product></ONIXMessage>""".encode()


def sales_rights(sale: str, territory: str) -> str:
    return f"<SalesRights><SalesRightsType>{sale}</SalesRightsType><Territory>{territory}</Territory></SalesRights>"


TEXTS = st.text("围城 <>&\"']]>é日\U00020000Aa1", min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
WRITABLE = LANGUAGES.mask(LANGUAGE_CODES)


@st.composite
def products(draw: st.DrawFn) -> Product:
    owners = draw(st.lists(st.integers(0, EVERYWHERE), min_size=1, max_size=4))
    sales, taken = [], 0
    kinds = draw(st.permutations([sale for sale in Sale if sale not in (Sale.UNKNOWN, Sale.NO_RIGHTS)]))
    for sale, mask in zip(kinds, owners, strict=False):
        if mask & ~taken:
            sales.append(Sales(sale, mask & ~taken))
        taken |= mask
    sales.sort(key=lambda one: one.sale)
    return Product(
        reference=draw(TEXTS.filter(bool)),
        identifiers=(("own", "1"), ("isbn", "9787020002207")),
        title=draw(TEXTS.filter(bool)),
        publisher=draw(TEXTS.filter(bool)),
        form=draw(st.sampled_from(["BA", "BC", "ED", "AN", "DB"])),
        languages=draw(st.integers(1, LANGUAGES.assigned)) & WRITABLE or JAPANESE,
        sales=tuple(sales),
        rest=draw(st.sampled_from(list(Sale))) if sales else Sale.UNKNOWN,
    )


class TestWritten:
    @pytest.mark.parametrize("release", RELEASES)
    @pytest.mark.parametrize("schema", ["xsd", "rng"])
    def test_a_message_is_valid_by_the_published_schema(self, release: Release, schema: str) -> None:
        octets = write_onix([NOVEL, replace(NOVEL, reference="2", languages=HANS)], SENDER, release)
        assert complaints(octets, schema) == []

    @pytest.mark.parametrize("release", RELEASES)
    @pytest.mark.parametrize("schema", ["xsd", "rng"])
    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            (b"<SalesRightsType>01", b"<SalesRightsType>19"),
            (b"JP", b"XX"),
            (b"<LanguageCode>jpn", b"<LanguageCode>jap"),
            (b"ROWSalesRightsType>", b"RestType>"),
        ],
    )
    def test_a_broken_message_is_not(self, release: Release, schema: str, right: bytes, wrong: bytes) -> None:
        octets = write_onix([NOVEL], SENDER, release)
        assert right in octets
        assert complaints(octets.replace(right, wrong), schema)

    @pytest.mark.parametrize("release", RELEASES)
    def test_every_code_that_can_be_written_is_in_the_published_lists(self, release: Release) -> None:
        every = replace(NOVEL, languages=WRITABLE, sales=(Sales(Sale.EXCLUSIVE, EVERYWHERE),))
        thirds = (TERRITORIES.mask([code.code for code in TERRITORIES.codes[start::3]]) for start in range(3))
        kinds = (Sale.EXCLUSIVE, Sale.NON_EXCLUSIVE, Sale.NOT_FOR_SALE)
        listed = replace(every, reference="2", sales=tuple(map(Sales, kinds, thirds)))
        octets = write_onix([every, listed], SENDER, release)
        assert complaints(octets, "xsd") == []
        assert all(code.code.encode() in octets for code in TERRITORIES.codes)

    def test_the_world_with_few_exceptions_is_written_as_such(self) -> None:
        octets = write_onix([replace(NOVEL, sales=(Sales(Sale.EXCLUSIVE, EVERYWHERE & ~JAPAN),))], SENDER)
        assert b"<RegionsIncluded>WORLD</RegionsIncluded>" in octets
        assert b"<CountriesExcluded>JP</CountriesExcluded>" in octets

    def test_a_language_without_a_code_is_refused(self) -> None:
        with pytest.raises(BadInput, match="ONIX has no code for Xibe"):
            write_onix([replace(NOVEL, languages=LANGUAGES.mask(["sjo"]))], SENDER)

    def test_a_character_that_xml_cannot_carry_is_refused(self) -> None:
        with pytest.raises(BadInput, match="U\\+0007"):
            write_onix([replace(NOVEL, title="围\x07城")], SENDER)


class TestRoundTrip:
    @given(written=st.lists(products(), min_size=1, max_size=3), release=st.sampled_from(RELEASES))
    @settings(max_examples=150, deadline=None)
    def test_what_was_written_reads_back(self, written: list[Product], release: Release) -> None:
        assert [read.product for read in read_onix(write_onix(written, SENDER, release))] == written

    @given(product=products())
    @settings(max_examples=20, deadline=None)
    def test_whatever_is_written_is_valid(self, product: Product) -> None:
        assert complaints(write_onix([product], SENDER), "xsd") == []

    def test_chinese_is_told_by_its_script(self) -> None:
        for code in ("zh-Hans", "zh-Hant"):
            product = replace(NOVEL, languages=LANGUAGES.mask([code]))
            assert read_one(write_onix([product], SENDER)).product == product

    def test_a_message_of_a_chinese_house_in_its_own_encoding_reads_alike(self) -> None:
        text = write_onix([NOVEL], SENDER).decode()
        chinese = text.replace("encoding='utf-8'", "encoding='GB18030'").encode("gb18030")
        assert b"GB18030" in chinese
        assert read_one(chinese).product == NOVEL

    def test_short_names_read_like_long_ones(self) -> None:
        short = b"""<ONIXmessage xmlns="http://ns.editeur.org/onix/3.1/short" release="3.1"><product>
        <a001>r</a001><descriptivedetail><b012>AJ</b012><language><b253>01</b253><b252>chi</b252><x420>Hant</x420>
        </language></descriptivedetail><publishingdetail><salesrights><b089>01</b089><territory><x449>TW HK</x449>
        </territory></salesrights><x456>06</x456></publishingdetail></product></ONIXmessage>"""
        read = read_one(short)
        assert read.product.sales == (Sales(Sale.EXCLUSIVE, TERRITORIES.mask(["HK", "TW"])),)
        assert read.product.languages == LANGUAGES.mask(["zh-Hant"])
        assert [one.ask for one in read.asked] == [Ask.RIGHTS, Ask.DAYS]


class TestAsked:
    def test_right_and_term_are_always_asked(self) -> None:
        asked = [one.ask for one in read_one(write_onix([NOVEL], SENDER)).asked]
        assert asked == [Ask.RIGHTS, Ask.DAYS]

    def test_chinese_without_a_script_is_asked_and_not_guessed(self) -> None:
        octets = write_onix([replace(NOVEL, languages=HANS)], SENDER)
        read = read_one(octets.replace(b"<ScriptCode>Hans</ScriptCode>", b""))
        assert read.product.languages == 0
        assert Ask.LANGUAGES in [one.ask for one in read.asked]
        with pytest.raises(BadInput, match="Not answered yet"):
            held_of(read, Answers(TRANSLATION, 0, NO_END))
        (exclusive, _) = held_of(read, Answers(TRANSLATION, 0, NO_END, languages=HANS))
        assert exclusive.scope.languages == HANS

    def test_a_digital_product_is_asked_for_its_medium(self) -> None:
        read = read_one(write_onix([replace(NOVEL, form="ED")], SENDER))
        assert Ask.MEDIA in [one.ask for one in read.asked]
        with pytest.raises(BadInput, match="Not answered yet"):
            held_of(read, Answers(TRANSLATION, 0, NO_END))
        assert held_of(read, Answers(TRANSLATION, 0, NO_END, media=EBOOK))[0].scope.media == EBOOK

    def test_places_that_have_no_code_here_are_asked(self) -> None:
        read = read_one(
            shorter(
                sales_rights(
                    "01",
                    "<CountriesIncluded>JP AN</CountriesIncluded><RegionsIncluded>GB-SCT</RegionsIncluded>",
                )
            )
        )
        assert read.product.sales == (Sales(Sale.EXCLUSIVE, JAPAN),)
        assert [one.about for one in read.asked if one.ask is Ask.PLACES] == ["AN GB-SCT"]

    def test_a_country_of_which_a_part_is_left_out_is_not_taken_whole(self) -> None:
        world = "<RegionsIncluded>WORLD</RegionsIncluded><RegionsExcluded>CA-QC</RegionsExcluded>"
        (sales,) = read_one(shorter(sales_rights("01", world))).product.sales
        assert sales.territories == EVERYWHERE & ~TERRITORIES.mask(["CA"])

    def test_not_for_sale_for_no_stated_reason_gives_no_right(self) -> None:
        read = read_one(
            shorter(
                sales_rights("03", "<CountriesIncluded>JP</CountriesIncluded>")
                + "<ROWSalesRightsType>06</ROWSalesRightsType>"
            )
        )
        assert Ask.RIGHTS_HELD in [one.ask for one in read.asked]
        assert held_of(read, Answers(TRANSLATION, 0, NO_END)) == ()

    def test_a_restriction_is_asked_about(self) -> None:
        sales = sales_rights("01", "<CountriesIncluded>JP</CountriesIncluded>").replace(
            "</SalesRights>",
            "<SalesRestriction><SalesRestrictionType>04</SalesRestrictionType></SalesRestriction></SalesRights>",
        )
        assert Ask.RESTRICTION in [one.ask for one in read_one(shorter(sales)).asked]

    def test_one_country_under_two_types_is_refused(self) -> None:
        japan = "<CountriesIncluded>JP</CountriesIncluded>"
        with pytest.raises(BadInput, match="JP stands under two types"):
            read_one(shorter(sales_rights("01", japan) + sales_rights("02", japan)))

    def test_the_rest_of_the_world_is_the_codes_it_means_today(self) -> None:
        read = read_one(
            shorter(
                sales_rights("02", "<CountriesIncluded>JP</CountriesIncluded>")
                + "<ROWSalesRightsType>01</ROWSalesRightsType>"
            )
        )
        japan, rest = held_of(read, Answers(TRANSLATION, 0, 10))
        assert (japan.is_exclusive, japan.scope.territories) == (False, JAPAN)
        assert (rest.is_exclusive, rest.scope.territories) == (True, EVERYWHERE & ~JAPAN)

    @pytest.mark.parametrize(
        ("code", "script"), [("chi", ""), ("chi", "Latn"), ("cmn", "Hans"), ("", ""), ("xxx", "")]
    )
    def test_a_language_that_is_not_clear_is_none(self, code: str, script: str) -> None:
        assert language_of(code, script) == 0


class TestRefused:
    @pytest.mark.parametrize(
        "octets",
        [
            b"",
            b"ISBN,title\n1,2\n",
            b"<ONIXMessage release='3.0'></ONIXMessage>",
            b"<ONIXMessage release='2.1'><Product/></ONIXMessage>",
            b"<Message release='3.0'><Product/></Message>",
            b"<ONIXMessage><Product/></ONIXMessage>",
            b"<ONIXMessage release='3.0'><Product></ONIXMessage>",
        ],
    )
    def test_what_is_no_onix_is_refused(self, octets: bytes) -> None:
        with pytest.raises(BadInput):
            list(read_onix(octets))

    @pytest.mark.parametrize("release", RELEASES)
    @pytest.mark.parametrize("space", ["", "http://ns.editeur.org/onix/2.1/reference", "urn:example:books"])
    def test_another_namespace_or_none_is_refused_and_the_right_one_named(
        self, release: Release, space: str
    ) -> None:
        octets = write_onix([NOVEL], SENDER, release)
        right = f"http://ns.editeur.org/onix/{release}/reference"
        assert [read.product for read in read_onix(octets)] == [NOVEL]
        wrong = octets.replace(f'xmlns="{right}"'.encode(), f'xmlns="{space}"'.encode() if space else b"")
        assert wrong != octets
        with pytest.raises(BadInput) as refused:
            list(read_onix(wrong))
        for text in (refused.value.zh, refused.value.en):
            assert right in text
            assert space in text

    def test_the_namespace_of_the_other_release_is_refused(self) -> None:
        octets = write_onix([NOVEL], SENDER, "3.0")
        with pytest.raises(BadInput, match=r"should be http://ns\.editeur\.org/onix/3\.1/reference"):
            list(read_onix(octets.replace(b'release="3.0"', b'release="3.1"')))

    def test_an_element_of_another_namespace_is_none_of_onix(self) -> None:
        extra = b'<Publisher xmlns="urn:example"><PublisherName>other</PublisherName></Publisher><Publisher>'
        octets = write_onix([NOVEL], SENDER)
        assert read_one(octets.replace(b"<Publisher>", extra)).product == NOVEL


class TestSales:
    NEED = Need(RIGHTS.mask(["reproduction", "distribution"]), HANS, PRINT, 100)

    def held(self, rights: list[str], territories: int, *, exclusive: bool = True, until: int = 200) -> Held:
        return Held(Scope(RIGHTS.mask(rights), territories, HANS, PRINT, 0, until), exclusive)

    def test_a_product_may_be_sold_where_all_it_takes_is_held(self) -> None:
        one, other = self.held(["reproduction"], JAPAN | KOREA), self.held(["distribution"], JAPAN)
        assert sales_of([one, other], self.NEED) == (Sales(Sale.EXCLUSIVE, JAPAN),)

    def test_exclusive_in_part_is_not_stated_as_exclusive(self) -> None:
        one = self.held(["reproduction"], JAPAN)
        other = self.held(["distribution"], JAPAN, exclusive=False)
        assert sales_of([one, other], self.NEED) == (Sales(Sale.NON_EXCLUSIVE, JAPAN),)

    def test_what_ran_out_is_not_stated(self) -> None:
        assert sales_of([self.held(["reproduction", "distribution"], JAPAN, until=100)], self.NEED) == ()
        assert sales_of([self.held(["reproduction", "distribution"], JAPAN, until=101)], self.NEED)

    def test_what_is_held_and_not_offered_is_said_so(self) -> None:
        held = self.held(["reproduction", "distribution"], JAPAN | KOREA)
        assert sales_of([held], self.NEED, for_sale=JAPAN) == (
            Sales(Sale.EXCLUSIVE, JAPAN),
            Sales(Sale.EXCLUSIVE_NOT_FOR_SALE, KOREA),
        )
