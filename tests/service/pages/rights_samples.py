"""Pages of rights to look at: a made-up novel of two co-authors, its grants, a proposal that clashes."""

from __future__ import annotations

from dataclasses import replace

from service.pages.views import (
    Agreement,
    Answer,
    AsOf,
    AvailabilityPage,
    Bilingual,
    Burden,
    Cell,
    Choice,
    Clash,
    EstateLine,
    EstatePage,
    Expiry,
    Fact,
    GrantForm,
    GrantLine,
    GrantPage,
    HistoryEntryView,
    HistoryView,
    Matrix,
    MyRightsPage,
    Name,
    Owner,
    Page,
    Paper,
    ProposalLine,
    ProposalPage,
    Question,
    Remainder,
    RightsPage,
    Row,
    ScopeView,
    SignInPage,
    Span,
    SplitForm,
    TitleStep,
    Tried,
    WorkLine,
)

NOW = 1_795_327_500
AS_OF = AsOf(18_204, NOW)
WORK_ID = "0x" + "b00c" * 16
NOVEL = Name("长河落日", "zh-Hans", "Sunset over the Long River", "en")
FIRST = Name("江一鸣", "zh-Hans")
SECOND = Name("柳岸", "zh-Hans")
HOUSE = Name("朝霞书店", "zh-Hans", "Asaka Books", "en")
FILMS = Name("青山影业", "zh-Hans")
RADIO = Name("听潮有声", "zh-Hans")
NIGHT = Name("夜航电台", "zh-Hans")
SHOP = Name("某电子书店", "zh-Hans")
DIGEST = "4f" * 32


def said(zh: str, en: str) -> Bilingual:
    return Bilingual(zh, en)


ALL = said("全部财产权", "all property rights")
JAPANESE = ScopeView(
    said(
        "翻译权、复制权、发行权、信息网络传播权",
        "translation, reproduction, distribution, network communication",
    ),
    said("日本", "Japan"),
    said("日语", "Japanese"),
    said("纸质与电子书", "print and e-book"),
    Span("2027-01-01", "2036-12-31"),
)
AUDIO = ScopeView(
    said("信息网络传播权", "network communication"),
    said("中国大陆、中国香港、中国澳门、中国台湾", "mainland of China, Hong Kong, Macao, Taiwan"),
    said("中文（简体）、中文（繁体）", "Chinese"),
    said("音频", "audio"),
    Span("2026-01-01", "2029-12-31"),
)
FILM = replace(
    AUDIO,
    rights=said("摄制权", "cinematography"),
    media=said("影视", "film"),
    territories=said("全世界", "the world"),
)
WHOLE = ScopeView(
    ALL,
    said("全世界", "the world"),
    said("全部语言", "every language"),
    said("全部媒介", "every medium"),
    Span("2026-03-02", None),
)
SIGNED = (
    Agreement(FIRST, "signed", at=NOW),
    Agreement(SECOND, "signed", at=NOW),
    Agreement(HOUSE, "signed", at=NOW),
)
PAPER = (Agreement(FIRST, "attested", (Name("示例出版社"), Name("示例登记处")), DIGEST, NOW), *SIGNED[1:])
EXCLUSIVE = GrantLine("0x" + "03" * 32, 3, "exclusive", HOUSE, JAPANESE, "in_force", True, SIGNED)
SOLE = GrantLine("0x" + "04" * 32, 4, "sole", FILMS, FILM, "held", False, PAPER)
PLAIN = GrantLine("0x" + "05" * 32, 5, "non_exclusive", RADIO, AUDIO, "in_force", False, SIGNED)
OVER = GrantLine("0x" + "06" * 32, 6, "non_exclusive", NIGHT, AUDIO, "over", False, SIGNED)
OWNERS = (Owner(FIRST, 1, 2, mine=True), Owner(SECOND, 1, 2))
ESTATE = EstateLine("77" * 20, OWNERS, WHOLE, mine=True)
OTHERS = EstateLine("88" * 20, (Owner(Name("北海出版社"), 1, 1),), FILM, mine=False, held_until=NOW + 86_400)
HISTORY = HistoryView(
    (
        HistoryEntryView(412, "Granted", 18_200, NOW - 86_400, giver=FIRST, receiver=HOUSE),
        HistoryEntryView(311, "EstateClaimed", 17_010, NOW - 9_000_000, receiver=FIRST),
    ),
    2,
)
RIGHTS = (("reproduction", "复制权", "Reproduction"), ("translation", "翻译权", "Translation"))


def choices(*rows: tuple[str, str, str], chosen: str = "") -> tuple[Choice, ...]:
    return tuple(Choice(code, Bilingual(zh, en), code == chosen) for code, zh, en in rows)


LANGUAGES = choices(
    ("ja", "日语", "Japanese"), ("zh-Hant", "中文（繁体）", "Chinese (traditional)"), chosen="ja"
)
MEDIA = choices(("print", "纸质", "print"), ("ebook", "电子书", "e-book"), chosen="ebook")
TERRITORIES = choices(("CN", "中国大陆", "mainland of China"), ("JP", "日本", "Japan"), chosen="JP")
STEPS = (
    TitleStep("EstateClaimed", NOW - 9_000_000, 17_010, OWNERS, WHOLE, SIGNED[:2]),
    TitleStep("EstateAssigned", NOW - 8_000_000, 17_311, OWNERS[:1], None, PAPER, DIGEST),
)
ANSWER = Answer(
    (EXCLUSIVE,),
    OWNERS,
    ESTATE.estate_id,
    free_exclusive=False,
    free_non_exclusive=False,
    owner_may=False,
    title=STEPS,
)
QUESTION = Question(
    choices(*RIGHTS, chosen="translation"), TERRITORIES, LANGUAGES, MEDIA, "2028-05-01", "", ANSWER
)
COLUMNS = tuple(
    Bilingual(zh, en)
    for zh, en in (
        ("中国大陆", "Mainland"),
        ("中国港澳台", "HK, Macao, Taiwan"),
        ("日本", "Japan"),
        ("韩国", "Korea"),
        ("东南亚", "SE Asia"),
        ("欧洲", "Europe"),
        ("北美", "N. America"),
        ("其他", "Elsewhere"),
    )
)


def row(zh: str, en: str, *cells: tuple[str, int, bool, int]) -> Row:
    words = {
        "exclusive": (
            said("朝霞书店，日语，纸质与电子书，至 2036-12-31", "Asaka Books, Japanese, to 2036-12-31"),
        ),
        "non_exclusive": (said("听潮有声", "Radio"), said("夜航电台", "Night")),
    }
    return Row(
        said(zh, en),
        tuple(Cell(state, width, part, n, words.get(state, ())) for state, width, part, n in cells),
    )  # type: ignore[arg-type]


KEPT = ("kept", 1, False, 0)
MATRIX = Matrix(
    COLUMNS,
    (
        row("复制", "Reproduction", ("kept", 2, False, 0), ("exclusive", 1, True, 1), ("kept", 5, False, 0)),
        row(
            "信息网络传播",
            "Network communication",
            ("non_exclusive", 2, True, 2),
            ("mixed", 1, True, 3),
            ("kept", 5, False, 0),
        ),
        row("摄制", "Cinematography", ("sole", 7, False, 1), ("unclaimed", 1, False, 0)),
        row("改编", "Adaptation", ("kept", 5, False, 0), ("others", 1, False, 0), ("kept", 2, False, 0)),
        row("翻译", "Translation", ("kept", 2, False, 0), ("exclusive", 1, True, 1), ("kept", 5, False, 0)),
    ),
    choices(("ja", "日语", "Japanese")),
    choices(("ebook", "电子书", "e-book")),
    "2028-05-01",
)
REFUSED = ProposalLine(
    "9f21",
    "grant",
    "refused",
    replace(JAPANESE, media=said("电子书", "e-book"), span=Span("2028-01-01", "2030-12-31")),
    SHOP,
    2,
    3,
    NOW + 86_400,
    said("与第 3 号专有许可重叠。", "It overlaps exclusive grant no. 3."),
)
OPEN = replace(REFUSED, proposal_id="9f22", state="open", reason=None, licensee=FILMS, scope=FILM)
CLASH = Clash(
    EXCLUSIVE, replace(JAPANESE, media=said("电子书", "e-book"), span=Span("2028-01-01", "2030-12-31"))
)
LEAVES = (Remainder(WHOLE, "kept"), Remainder(JAPANESE, "exclusive"))
PAGE = RightsPage(
    WORK_ID,
    NOVEL,
    "owner",
    QUESTION,
    MATRIX,
    (ESTATE, OTHERS),
    (EXCLUSIVE, SOLE, PLAIN, OVER),
    (REFUSED, OPEN),
    (FIRST, SECOND),
    1,
    HISTORY,
    AS_OF,
)
GRANT = GrantPage(
    EXCLUSIVE,
    WORK_ID,
    NOVEL,
    OWNERS,
    DIGEST,
    (Fact("notice_days", "90"),),
    (),
    (replace(PLAIN, under=EXCLUSIVE.grant_id),),
    (),
    "/v1/grants/0x/evidence",
    HISTORY,
    (Fact("grant_id", EXCLUSIVE.grant_id),),
    AS_OF,
)
ACCOUNT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
PROPOSAL = ProposalPage(
    OPEN,
    WORK_ID,
    NOVEL,
    "0x" + "ab" * 32,
    (SIGNED[0], Agreement(SECOND, "missing")),
    (),
    (),
    (),
    as_of=AS_OF,
)
FORM = GrantForm(
    WORK_ID,
    NOVEL,
    choices(("1", "甲", "A"), ("2", "乙", "B")),
    choices(*RIGHTS),
    TERRITORIES,
    LANGUAGES,
    MEDIA,
    choices(("exclusive", "专有", "exclusive"), ("sole", "排他", "sole")),
    "2028-01-01",
    "2030-12-31",
    "",
    False,
    "",
)
SPLIT = SplitForm(
    WORK_ID,
    NOVEL,
    choices(("1", "甲", "A"), ("2", "乙", "B")),
    choices(
        ("territories", "国家/地区", "country or region"), ("time", "期间", "term"), chosen="territories"
    ),
    TERRITORIES,
    "",
)
PAGES: dict[str, Page] = {
    "rights": PAGE,
    "rights, not asked": replace(
        PAGE,
        question=replace(QUESTION, answer=None),
        reading_as="licensee",
        proposals=(),
        moral=(),
        contests=0,
        grants=(),
        estates=(),
    ),
    "rights, nobody may": replace(
        PAGE,
        reading_as="regulator",
        question=replace(
            QUESTION,
            answer=replace(
                ANSWER, grants=(), free_exclusive=True, free_non_exclusive=True, owner_may=True, title=()
            ),
        ),
    ),
    "rights, unclaimed": replace(
        PAGE, question=replace(QUESTION, answer=replace(ANSWER, grants=(), owners=None))
    ),
    "availability": AvailabilityPage(WORK_ID, NOVEL, QUESTION, JAPANESE, available=False, as_of=AS_OF),
    "availability, yes": AvailabilityPage(WORK_ID, NOVEL, QUESTION, AUDIO, available=True, as_of=AS_OF),
    "availability, unsaid": AvailabilityPage(WORK_ID, NOVEL, QUESTION, AUDIO, as_of=AS_OF),
    "availability, not asked": AvailabilityPage(WORK_ID, NOVEL, QUESTION, as_of=AS_OF),
    "grant": GRANT,
    "grant, on paper": replace(
        GRANT,
        grant=SOLE,
        agreement=None,
        conflicts=(CLASH,),
        above=(EXCLUSIVE,),
        below=(),
        bundle=None,
        conflicts_unseen=2,
    ),
    "estate": EstatePage(
        ESTATE,
        WORK_ID,
        NOVEL,
        True,
        STEPS,
        (EXCLUSIVE,),
        True,
        "/v1/estates/1/evidence",
        HISTORY,
        (Fact("estate_id", ESTATE.estate_id),),
        AS_OF,
    ),
    "estate, gone": EstatePage(OTHERS, WORK_ID, NOVEL, False, STEPS, (), False, None, HISTORY, (), AS_OF),
    "proposal, clashing": replace(PROPOSAL, proposal=REFUSED, agreed=SIGNED, clashes=(CLASH,)),
    "proposal, open": replace(
        PROPOSAL,
        leaves=LEAVES,
        facts=(Fact("notice_days", "90"),),
        may_agree=True,
        ends="decline",
        result="/g/0x",
    ),
    "proposal, to sign": replace(PROPOSAL, signer=ACCOUNT, ends="decline"),
    "proposal, wrongly signed": replace(
        PROPOSAL,
        signer=ACCOUNT,
        ends="decline",
        tried=Tried(
            "sign", "0x" + "ab" * 65, fault=said("签名与所签内容不符。", "It is not for these words.")
        ),
    ),
    "proposal, to attest": replace(
        PROPOSAL,
        attests=(Paper(FIRST, ACCOUNT), Paper(SECOND, ACCOUNT[:-1] + "2", DIGEST)),
        ends="withdraw",
        tried=Tried("attest", "12", ACCOUNT, said("应为 64 位。", "It has 64 digits.")),
    ),
    "proposal, to confirm": replace(
        PROPOSAL,
        agreed=(SIGNED[0], replace(PAPER[0], party=SECOND, how="awaited", by=PAPER[0].by[:1])),
        confirms=(Paper(SECOND, ACCOUNT, DIGEST),),
    ),
    "proposal, to acquire": replace(
        PROPOSAL,
        proposal=replace(OPEN, proposed="assign", scope=None, licensee=None),
        burdens=(Burden("exclusive", JAPANESE), Burden("non_exclusive", AUDIO, PLAIN)),
        may_agree=True,
    ),
    "proposal, unburdened": replace(
        PROPOSAL, proposal=replace(OPEN, proposed="assign", scope=None, licensee=None), burdens=()
    ),
    "proposal, declined": replace(
        PROPOSAL,
        proposal=replace(OPEN, proposed="assign", state="withdrawn", scope=None),
        ended="条件不合，另议。",
    ),
    "grant form": FORM,
    "grant form, clashing": replace(FORM, asked=JAPANESE, clashes=(CLASH,), leaves=LEAVES),
    "grant form, fine": replace(FORM, asked=AUDIO, leaves=LEAVES),
    "grant form, faulty": replace(FORM, faults=(said("没有这个账户。", "There is no such account."),)),
    "split form": SPLIT,
    "split form, filled": replace(SPLIT, leaves=LEAVES, burdens=(EXCLUSIVE,)),
    "split form, in time": replace(
        SPLIT,
        axes=choices(("time", "期间", "term"), chosen="time"),
        estates=SPLIT.estates[:1],
        day="2030-01-01",
        faults=(said("切分日不在期间之内。", "The day is not within the term."),),
    ),
    "my rights": MyRightsPage(
        FIRST,
        (WorkLine(WORK_ID, NOVEL, "owner", 2, 4),),
        (OPEN,),
        (
            Expiry("2027-03-01", said("许可第 5 号到期", "Grant no. 5 ends"), PLAIN.path),
            Expiry("2027-04-01", said("选择权", "An option"), None),
        ),
        AS_OF,
    ),
    "my rights, none": MyRightsPage(FIRST, (), (), (), AS_OF, months=1),
    "sign in": SignInPage("/rights"),
    "sign in, refused": SignInPage("/rights", refused=True),
}
