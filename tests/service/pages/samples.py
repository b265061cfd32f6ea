"""Pages to look at: made-up institutions, holders and numbers, one of each kind and each state worth seeing."""

from __future__ import annotations

from dataclasses import replace

from service.pages.render import Site
from service.pages.views import (
    AcceptPage,
    AsOf,
    Bilingual,
    Call,
    Chapter,
    CheckView,
    CollectiblePage,
    CollectionCard,
    CollectionPage,
    EditionView,
    ErrorPage,
    Fact,
    FileView,
    HistoryEntryView,
    HistoryPage,
    HistoryView,
    Holder,
    HomePage,
    InstitutionCard,
    InstitutionPage,
    Label,
    LabelSheet,
    Loan,
    MayView,
    Media,
    Name,
    OperationPage,
    Page,
    Parameter,
    Party,
    PolicyView,
    ReferencePage,
    SealedBy,
    SearchPage,
    SearchResult,
    Serial,
    Since,
    Stale,
    Step,
    VerdictView,
    VerifyPage,
    VerifyResult,
    WorkPage,
)
from tests.service.pages import rights_samples

DAY = 86_400
NOW = 1_795_327_500  # 2026-11-22 14:05 in Shanghai
EDITION = 0x3D8A1F6C9B2E4475A0C1D2E3F4051627
SHA256 = "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab"
CID = "bafkreie4k3gfdm3uyo5brequ2w3njp2xpegtkhewyr6aegiozypegbrvvm"

SITE = Site(base_url="https://qianyin.example", demo=True, filing_number="示例备字〔2026〕第 1 号")
PLAIN_SITE = Site(base_url="https://qianyin.example")

TITLES = [
    ("静夜思", "Quiet Night Thought"),
    ("登鹳雀楼", "Climbing Stork Tower"),
    ("春晓", "Spring Dawn"),
    ("江雪", "River Snow"),
    ("鹿柴", "Deer Park"),
    ("相思", "Longing"),
    ("枫桥夜泊", "Mooring at Maple Bridge"),
    ("山行", "Walk in the Hills"),
    ("早发白帝城", "Leaving White Emperor Town"),
    ("凉州词", "Song of Liangzhou"),
    ("送元二使安西", "Seeing Yuan Off to Anxi"),
    ("乌衣巷", "Black Gown Lane"),
]
NAMES = [Name(zh, "zh-Hans", en, "en") for zh, en in TITLES]
MUSEUM = Name("示例省博物馆", "zh-Hans", "Example Provincial Museum", "en")
SERIES = Name("唐诗十二帖", "zh-Hans", "Twelve Tang Poems", "en")
ISSUER = Party(MUSEUM, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", recognised=True, named_by="anchor")
STRANGER = Party(
    Name("仿冒博物馆", "zh-Hans", "A Museum by That Name", "en", said_here=True),
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    recognised=False,
    named_by="installation",
)
COLLECTION_ID = "0x" + "c0ffee" * 10 + "c0ff"
WORK_ID = "0x" + "5eed" * 16
AS_OF = AsOf(18_204, NOW)


def token_id(serial: int, edition: int = EDITION) -> str:
    return str(edition << 64 | serial)


def picture(number: int = 0) -> Media:
    zh, en = TITLES[number]
    return Media(
        "image",
        source=f"/preview/poem-{number}",
        width=900,
        height=1200,
        description=Bilingual(f"竖排书写的《{zh}》", f"“{en}” written in vertical columns"),
        caption=Bilingual("李白诗，馆方书写并制图。", "Poem by Li Bai, written and drawn by the museum."),
        original=f"/files/{CID}",
    )


def checks(outcomes: str = "pppppppp-") -> tuple[CheckView, ...]:
    named = {"p": "passed", "f": "failed", "n": "not_run", "-": "not_applicable"}
    reasons = {
        "f": Bilingual("记录的末端摘要与证明不符。", "The end of the record is not what the proof says."),
        "n": Bilingual("这条链的区块头没有签封。", "The headers of this chain carry no seals."),
    }
    return tuple(
        CheckView(number, named[letter], reasons.get(letter)) for number, letter in enumerate(outcomes, 1)
    )  # type: ignore[arg-type]


VALID = VerdictView(
    outcome="valid",
    issuer_recognised=True,
    block=18_204,
    time=NOW,
    sealed=SealedBy("clique", 3, 4),
    since=Since("standing", NOW + 120),
    checks=checks(),
    records=7,
    own=5,
)
INVALID = replace(
    VALID, outcome="invalid", checks=checks("pppfpnpp-"), since=Since("withdrawn", NOW - 40 * DAY)
)
UNSEALED = replace(
    VALID,
    outcome="indeterminate",
    checks=checks("pppppnpp-"),
    sealed=SealedBy("none", 0, 0),
    since=Since("unchecked"),
)
UNNAMED = replace(
    VALID,
    outcome="indeterminate",
    issuer_recognised=False,
    checks=checks("pppppppn-"),
    sealed=SealedBy("clique", 1, 1),
)

ENTRIES = (
    HistoryEntryView(
        1_904,
        "Gifted",
        17_880,
        NOW - 20 * DAY,
        giver=Name("松风 9C·2M"),
        receiver=Name("竹影 3F·7K"),
        hand="kept_key",
        policy_version=2,
        held=93 * DAY,
        holding_period=90 * DAY,
    ),
    HistoryEntryView(1_433, "HoldReleased", 12_033, NOW - 63 * DAY, by_order=True),
    HistoryEntryView(1_207, "HoldPlaced", 10_411, NOW - 82 * DAY, by_order=True, until=NOW + 39 * DAY),
    HistoryEntryView(
        702,
        "Distributed",
        6_020,
        NOW - 113 * DAY,
        giver=MUSEUM,
        receiver=Name("松风 9C·2M"),
        note="开馆日赠予",
        policy_version=1,
    ),
    HistoryEntryView(688, "Minted", 5_871, NOW - 115 * DAY, giver=MUSEUM, cap=200, policy_version=1),
)
HISTORY = HistoryView(ENTRIES, 5)

TECHNICAL = (
    Fact("token_id", token_id(7)),
    Fact("collection_id", COLLECTION_ID),
    Fact("contract", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"),
    Fact("ledger", "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB"),
    Fact("chain_id", "20260722"),
    Fact("genesis", "0x" + "71" * 32),
    Fact("block_hash", "0x" + "b1" * 32),
    Fact("subject_head", "0x" + "4e" * 32),
    Fact("cid", CID),
    Fact("cid_profile", "unixfs-v1-2025"),
    Fact("sha256", SHA256),
    Fact("manifest_sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
)

COLLECTIBLE = CollectiblePage(
    token_id=token_id(7),
    title=NAMES[0],
    collection_id=COLLECTION_ID,
    collection=SERIES,
    work_id=WORK_ID,
    serial=7,
    cap=200,
    edition_number=1,
    holder=Holder(Name("竹影 3F·7K"), NOW - 20 * DAY),
    issuer=ISSUER,
    work_kind="derived_work",
    media=picture(),
    history=HISTORY,
    may=MayView("from", gifts_per_day=3, acceptance=True, gift_from=NOW + 10 * DAY),
    as_of=AS_OF,
    verdict=VALID,
    copyright_holder=MUSEUM,
    kind_facts=(
        Fact("registration_number", "示例-2026-F-00117"),
        Fact("source_object", "唐人诗意册（馆藏 04.5.6）"),
    ),
    described=(
        Fact("maker", "李白（701–762）诗；馆方书写"),
        Fact("date", "2026"),
        Fact("medium", "数字排印，宋体"),
        Fact("dimensions", "900 × 1200 像素"),
        Fact("language", "zh-Hans, en, tlh"),
    ),
    technical=TECHNICAL,
    file=FileView(SHA256, 431_872, "image/png", "静夜思.png"),
    certificate=f"/v1/collectibles/{token_id(7)}/certificate",
    bundle=f"/v1/collectibles/{token_id(7)}/evidence",
    test_verifier=True,
)
ANNULLED = replace(
    COLLECTIBLE,
    annulled_reason="编号排印有误，另行生成第 12 版代替。",
    verdict=INVALID,
    may=MayView("annulled", gifts_per_day=3, acceptance=False),
    history=HistoryView(
        (
            HistoryEntryView(
                2_001,
                "Annulled",
                18_100,
                NOW - DAY,
                giver=MUSEUM,
                reason="编号排印有误，另行生成第 12 版代替。",
            ),
            replace(ENTRIES[0], struck=True),
            HistoryEntryView(
                1_500,
                "Recovered",
                15_100,
                NOW - 44 * DAY,
                giver=Name("松风 1A·2B"),
                receiver=Name("松风 9C·2M"),
            ),
            HistoryEntryView(
                1_300,
                "HolderChangedByOrder",
                12_100,
                NOW - 60 * DAY,
                giver=Name("荷露 7T·4H"),
                receiver=Name("松风 1A·2B"),
                by_order=True,
            ),
            HistoryEntryView(
                1_250,
                "Lent",
                12_000,
                NOW - 61 * DAY,
                giver=Name("荷露 7T·4H"),
                receiver=Name("雁汀 2K·9P"),
                until=NOW - DAY,
                lapsed=True,
            ),
            HistoryEntryView(1_251, "SomethingNew", 12_001, NOW - 61 * DAY, known=False),
        ),
        9,
        older=f"/t/{token_id(7)}/history?after=1250",
    ),
)
HELD = replace(
    COLLECTIBLE,
    held_until=NOW + 39 * DAY,
    may=MayView("held", gifts_per_day=1, acceptance=False, longest_loan=30 * DAY),
    verdict=UNNAMED,
    issuer=STRANGER,
    loan=Loan(Name("雁汀 2K·9P"), NOW + 3 * DAY),
    work_kind="publication",
    title=Name("长河落日：一部关于西行、归来与遗忘的编年长篇小说（增订本）", "zh-Hans"),
    media=Media("document", original=f"/files/{CID}"),
    kind_facts=(
        Fact("publisher", "示例出版社"),
        Fact("publication_licence", "（示例）网出证 第 001 号"),
        Fact("isbn", "978-7-000-00000-2"),
        Fact("review_record", "示例审字〔2026〕12 号，三审三校"),
    ),
    certificate=None,
    copyright_holder=None,
    terms="个人、非商业地阅读。\nFor personal, non-commercial reading.",
    described=(Fact("maker", "江一鸣"), Fact("入藏批次", "2026 年第三批")),
)
FRESH = replace(
    COLLECTIBLE,
    token_id=token_id(1),
    serial=1,
    edition_number=2,
    holder=Holder(MUSEUM, NOW - DAY, is_issuer=True),
    may=MayView("issuer", gifts_per_day=1, acceptance=False),
    verdict=UNSEALED,
    work_kind="capture_record",
    history=HistoryView((ENTRIES[-1],), 1),
    media=Media("none"),
    file=None,
    test_verifier=False,
    as_of=AsOf(18_204, NOW, settled=False, replaced=True, stale=Stale("replaced", NOW - DAY, 18_230)),
)

PROVENANCE = (
    "Acquired by “K'ung” & Sons <Peking>, before 1911?\n"
    + "Sold through Yamanaka and Company, New York, by 1917 [1]; bequest of Mr. and Mrs. H. J. Heinz, 1919.\n"
    * 12
    + "[1] Stock number 4.17/22, see correspondence file."
)
WORK = WorkPage(
    work_id=WORK_ID,
    title=Name("Landscape with Scholars, “Autumn”", "en", "秋山论道图", "zh-Hans", lookalike=True),
    registrant=ISSUER,
    deposited_at=NOW - 120 * DAY,
    anchored_at=NOW - 200 * DAY,
    other_claims=1,
    work_kind="rights_registered",
    media=picture(3),
    history=HistoryView(
        (
            HistoryEntryView(
                610,
                "WorkAmended",
                5_600,
                NOW - 118 * DAY,
                giver=MUSEUM,
                reason="年代由“明”改为“明末清初”。",
            ),
            HistoryEntryView(600, "WorkRegistered", 5_500, NOW - 120 * DAY, giver=MUSEUM, earlier_deposits=1),
        ),
        2,
    ),
    as_of=AS_OF,
    kind_facts=(Fact("registration_number", "示例-2026-F-00118"),),
    described=(
        Fact("maker", "Unidentified artist, Chinese"),
        Fact("date", "c. 1640?"),
        Fact("medium", "ink and colour on silk"),
        Fact("dimensions", "H: 54 3/8 × W: 21 1/4 in."),
        Fact("accession_number", "19.21.3"),
        Fact("credit_line", "Gift of the Estate"),
        Fact("provenance", PROVENANCE),
    ),
    technical=TECHNICAL[3:],
    editions=(
        EditionView(
            str(EDITION),
            SERIES,
            f"/c/{COLLECTION_ID}",
            1,
            200,
            200,
            serials=tuple(Serial(number, token_id(number)) for number in range(1, 49)),
        ),
        EditionView(str(EDITION + 1), SERIES, f"/c/{COLLECTION_ID}", 2, 50, 0),
    ),
    verdict=replace(VALID, records=2, own=2),
    bundle=f"/v1/works/{WORK_ID}/evidence",
    file=FileView(SHA256, 431_872, "image/png"),
    copyright_holder=MUSEUM,
    test_verifier=True,
)
WITHDRAWN = replace(
    WORK,
    withdrawn_reason="文件有误，另行存证。",
    editions=(),
    media=Media("none"),
    file=None,
    other_claims=0,
    anchored_at=None,
)

CARDS = tuple(
    CollectionCard("0x" + f"{number:064x}", name, MUSEUM, 12 - number, 2_400 - 7 * number, picture(number))
    for number, name in enumerate([SERIES, *NAMES[1:5]])
)
COLLECTION = CollectionPage(
    collection_id=COLLECTION_ID,
    title=SERIES,
    issuer=ISSUER,
    created_at=NOW - 130 * DAY,
    works=12,
    collectibles=2_400,
    editions=tuple(
        EditionView(
            str(EDITION + n),
            name,
            f"/w/{WORK_ID}",
            1 + n // 11,
            200,
            0 if n == 10 else 200,
            picture(n) if n != 5 else None,
        )
        for n, name in enumerate(NAMES)
    ),
    policies=(
        PolicyView(
            2, NOW - 60 * DAY, 90 * DAY, 30 * DAY, 3, acceptance=True, receivers=("person", "institution")
        ),
        PolicyView(
            1,
            NOW - 130 * DAY,
            180 * DAY,
            36 * 3_600,
            1,
            acceptance=False,
            receivers=("person",),
            longest_loan=7 * DAY,
        ),
    ),
    history=HistoryView(
        (
            HistoryEntryView(900, "PolicySet", 8_100, NOW - 60 * DAY, giver=MUSEUM, policy_version=2),
            *(
                HistoryEntryView(
                    680 + n, "EditionOpened", 5_860, NOW - 116 * DAY, giver=MUSEUM, about=NAMES[n], cap=200
                )
                for n in range(11, 0, -1)
            ),
            HistoryEntryView(680, "EditionOpened", 5_860, NOW - 116 * DAY, giver=MUSEUM, cap=200),
            HistoryEntryView(
                580, "CollectionCreated", 5_400, NOW - 130 * DAY, giver=MUSEUM, policy_version=1
            ),
        ),
        14,
        older=f"/c/{COLLECTION_ID}?before=580",
    ),
    as_of=AS_OF,
    description=Bilingual(
        "十二首唐诗，各成一帖。文字用宋体竖排，一页一诗，留白为界；随开馆日发放给到场的读者。",
        "Twelve Tang poems, one to a card, set in vertical columns with wide margins; handed out on opening day.",
    ),
    technical=TECHNICAL[1:5],
    labels=f"/labels/{COLLECTION_ID}?page=1",
    older_editions=f"/c/{COLLECTION_ID}?after=12",
    test_verifier=True,
)
EMPTY_COLLECTION = replace(
    COLLECTION,
    editions=(),
    collectibles=0,
    works=0,
    labels=None,
    description=None,
    older_editions=None,
    history=HistoryView((), 0),
    policies=COLLECTION.policies[:1],
)
INSTITUTION = InstitutionPage(
    party=ISSUER,
    verifier="示例省文物局",
    method="统一社会信用代码核对",
    verified_at=NOW - 140 * DAY,
    works=26,
    collectibles=2_400,
    collections=CARDS,
    history=HistoryView((HistoryEntryView(1, "AccountRegistered", 12, NOW - 140 * DAY),), 1),
    as_of=AS_OF,
    recognised_by="示例省文物局",
    technical=(Fact("address", ISSUER.address), Fact("anchor", "0x" + "a5" * 32)),
)
UNNAMED_INSTITUTION = replace(
    INSTITUTION,
    party=STRANGER,
    recognised_by=None,
    verifier="test",
    method="test",
    collections=(),
    suspended_until=NOW + DAY,
    test_verifier=True,
)

RESULTS = (
    SearchResult("collectible", token_id(7), NAMES[0], MUSEUM, SERIES, 7, 200, picture()),
    SearchResult("work", WORK_ID, WORK.title, MUSEUM, preview=picture(3)),
    SearchResult("collection", COLLECTION_ID, SERIES, MUSEUM),
    SearchResult("institution", ISSUER.address, MUSEUM),
)
OPERATION = OperationPage(
    operation_id="01JD8Z3V5K7Q2M9XFT4WB6N0RC",
    act="gift",
    steps=(Step("accepted", NOW - 9), Step("signed", NOW - 8), Step("sent", NOW - 6)),
    title=NAMES[0],
    waiting_on=("01JD8Z3V5K7Q2M9XFT4WB6N0RA",),
)

OFFER = AcceptPage(
    token_id(7),
    NAMES[0],
    7,
    200,
    Name("松风 9C·2M"),
    STRANGER.address,
    NOW + DAY,
    lapsed=False,
    needed=True,
    as_of=AS_OF,
)

PAGES: dict[str, Page] = {
    "home": HomePage(
        CARDS,
        (InstitutionCard(MUSEUM, ISSUER.address, 5), InstitutionCard(STRANGER.name, STRANGER.address, 0)),
        AS_OF,
    ),
    "home, one collection": HomePage(CARDS[:1], (), AS_OF),
    "home, empty": HomePage((), ()),
    "search": SearchPage("静夜思", "title", RESULTS, total=4, after="x", next="bmV4dA", as_of=AS_OF),
    "search, nothing": SearchPage(SHA256, "file", (), total=0, as_of=AS_OF),
    "search, not asked": SearchPage("", "title", ()),
    "work": WORK,
    "work, withdrawn": WITHDRAWN,
    "collection": COLLECTION,
    "collection, empty": EMPTY_COLLECTION,
    "collectible": COLLECTIBLE,
    "collectible, struck out": ANNULLED,
    "collectible, held": HELD,
    "collectible, fresh": FRESH,
    "history, older": HistoryPage(
        "collectible",
        token_id(7),
        NAMES[0],
        HistoryView(ENTRIES[1:4], 60, older=f"/t/{token_id(7)}/history?after=702"),
        AS_OF,
        after=1_904,
        serial=7,
        cap=200,
        test_verifier=True,
    ),
    "history, of an institution": HistoryPage("institution", ISSUER.address, MUSEUM, HISTORY, AS_OF),
    "institution": INSTITUTION,
    "institution, not recognised": UNNAMED_INSTITUTION,
    "operation": OPERATION,
    "operation, stopped": replace(OPERATION, refreshing=False),
    "operation, settled": replace(
        OPERATION, steps=(*OPERATION.steps, Step("settled", NOW)), result=COLLECTIBLE.path
    ),
    "operation, refused": replace(
        OPERATION,
        act="something_new",
        steps=(Step("accepted", NOW - 9), Step("refused", NOW)),
        refusal=Bilingual(
            "持有期未满：2026-12-02 14:05 起才能转赠。", "The holding period lasts until 2026-12-02 14:05."
        ),
        refusal_code="holding-period",
        title=None,
    ),
    "verify": VerifyPage(),
    "verify, checked": VerifyPage(VerifyResult("evidence-7.json", UNSEALED, NAMES[0], COLLECTIBLE.path)),
    "verify, something else": VerifyPage(VerifyResult("photo.png", None)),
    "accept": OFFER,
    "accept, lapsed": replace(OFFER, lapsed=True, needed=False),
    "reference": ReferencePage(
        ("What the service says.", "Ids are strings."),
        (
            Chapter(
                "works",
                (
                    Call(
                        "deposit_work",
                        "POST",
                        "/v1/works",
                        "Deposit a work.\n\nThe file comes along or by its digest.",
                        ("issuer",),
                        (
                            Parameter("Idempotency-Key", "header", needed=True, form="string", about="once"),
                            Parameter("after", "query", needed=False, form="integer | null", about=""),
                        ),
                        (("application/json", "WorkBody"), ("text/csv", "")),
                        (("202", "accepted, durably"), ("409", "contradicts what is recorded")),
                    ),
                    Call("search", "GET", "/v1/search", "Search.", (), (), (), (("200", "found"),)),
                ),
            ),
            Chapter("something new", ()),
        ),
        (("WorkBody", '{\n "type": "object"\n}'),),
    ),
    "labels": LabelSheet(
        COLLECTION_ID,
        SERIES,
        MUSEUM,
        tuple(Label(token_id(n + 1, EDITION + n), name, n + 1, 200) for n, name in enumerate(NAMES)),
        2,
        3,
        AS_OF,
    ),
    "labels, none": LabelSheet(COLLECTION_ID, SERIES, MUSEUM, (), 1, 0, AS_OF),
    "not found": ErrorPage(404, "unknown-collectible", "/t/12"),
    "erased": ErrorPage(410, "erased", "/files/bafk"),
    "too many": ErrorPage(429, "too-many-requests", "/search", retry_after=30),
    "fault": ErrorPage(500, "internal", "/", number="7f3a-11"),
    "refused": ErrorPage(
        422, "bad-query", "/search", Bilingual("摘要应为 64 位。", "A digest has 64 digits.")
    ),
    **rights_samples.PAGES,
}
