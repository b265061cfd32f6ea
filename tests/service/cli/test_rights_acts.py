"""Acts on rights on the command line: proposed, agreed to by each hand, recorded; asked about; ordered."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from indexer.china import china_day
from indexer.wire import write_address
from service.access.bearer import Scope
from service.cli.program import main
from service.rights.answers import day_text
from tests.service.api.premises import Premises
from tests.service.cli.rights_home import As, Run, recorded

pytestmark = [pytest.mark.node, pytest.mark.timeout(180)]

SCOPE = "翻译权，日语，日本，电子书，2027-01-01 至 2036-12-31"


def test_an_estate_is_claimed_granted_ordered_and_asked_about(
    run: Run, house: Premises, people: dict[str, str], paper: Path, as_: As
) -> None:
    everything = "翻译权、复制权，不限语言，不限国家/地区，不限媒介，2026-01-01 起"
    code, claimed = run("rights", "claim", people["work"], everything, "--owner", f"{people['author']}=1")
    assert code == 0, claimed
    assert claimed["missing"] == [write_address(house.issuer), people["author"]]
    assert run("rights", "agree", claimed["id"])[1]["missing"] == [people["author"]]
    as_("author")
    assert run("rights", "agree", claimed["id"])[1]["state"] == "handed_in"
    recorded(run, claimed)
    [estate] = run("rights", "show", people["work"])[1]["estates"]
    terms = (estate["estate_id"], SCOPE, people["tokyo"], "exclusive", "--agreement", paper)
    code, free = run("rights", "grant", *terms, "--explain")
    assert (code, free["refused"], free["objections"]) == (0, False, [])
    assert free["parties"] == [people["author"], people["tokyo"]]
    once = ("--until", int(time.time()) + 86_400, "--idempotency-key", "g1")
    _, granted = run("rights", "grant", *terms, "--sublicensable", *once)
    assert run("rights", "grant", *terms, "--sublicensable", *once)[1]["id"] == granted["id"]
    assert run("rights", "grant", *terms, *once)[1]["error"] == "idempotency-key-reused"
    run("rights", "agree", granted["id"])
    as_("tokyo")
    assert run("rights", "proposals", "--open")[1]["proposals"][0]["id"] == granted["id"]
    run("rights", "agree", granted["id"])
    recorded(run, granted)
    as_("author")
    code, clash = run("rights", "grant", *terms, "--explain")
    assert (code, clash["objections"][0]["grant_id"]) == (3, granted["intent"])
    point = ("translation", "JP", "ja", "ebook", "--on", "2030-01-01")
    _, answer = run("rights", "ask", people["work"], *point)
    assert [one["grant_id"] for one in answer["grants"]] == [granted["intent"]]
    _, table = run(
        "rights", "free", people["work"], "--language", "ja", "--medium", "ebook", "--on", "2030-01-01"
    )
    assert ["JP"] in table["columns"]
    as_("tokyo")
    _files(run, people["work"], granted["intent"], paper.parent)
    as_("author")
    _orders(run, house, estate["estate_id"], granted["intent"], paper, as_)
    as_("tokyo")
    _, over = run("rights", "surrender", granted["intent"], "2030-12-31")
    assert over["objections"][0]["code"] == "grant-over", "an order ended it"


def test_a_paper_is_attested_and_confirmed_by_two_hands(
    run: Run,
    house: Premises,
    people: dict[str, str],
    paper: Path,
    as_: As,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scope = "出租权，日语，中国香港，纸质，2026-01-01 起"
    code, claimed = run("rights", "claim", people["work"], scope, "--owner", f"{people['author']}=1")
    assert code == 0, claimed
    run("rights", "agree", claimed["id"])
    code, attested = run("rights", "attest", claimed["id"], people["author"], paper)
    assert attested["missing"] == [people["author"]]
    assert run("rights", "confirm", claimed["id"], people["author"], paper)[1]["error"] == "scope-missing"
    monkeypatch.setenv("QIANYIN_KEY", house.keys[Scope.OPERATOR])
    other = paper.with_name("other.pdf")
    other.write_bytes(b"%PDF-1.7 another")
    assert run("rights", "confirm", claimed["id"], people["author"], other)[1]["error"] == "paper-replaced"
    _, confirmed = run("rights", "confirm", claimed["id"], people["author"], paper)
    assert confirmed["state"] == "handed_in"
    recorded(run, confirmed)
    as_("tokyo")
    assert run("rights", "proposal", claimed["id"])[1]["error"] == "unknown-proposal"


def test_a_proposal_is_declined_with_a_reason(
    run: Run, people: dict[str, str], tmp_path: Path, as_: As
) -> None:
    act = {"act": "claim", "work_id": people["work"], "deadline": 2_000_000_000}
    act |= {"scope": {"text": "展览权，日语，日本，展览，2026-01-01 起"}}
    act |= {"owners": [{"account": people["author"], "part": 1}]}
    file = tmp_path / "act.json"
    file.write_text(json.dumps(act))
    assert run("rights", "explain", file)[0] == 0
    assert run("rights", "propose", file)[1]["error"] == "deadline-out-of-range"
    assert run("rights", "propose", paper_of(tmp_path))[1]["error"] == "act-malformed"
    code, said = run("rights", "claim", people["work"], "展览权，日语", "--owner", f"{people['author']}=1")
    assert (code, said["error"]) == (1, "scope-unread")
    wanted = ("展览权，日语，日本，展览，2026-01-01 起", "--owner", f"{people['author']}=1")
    _, proposed = run("rights", "claim", people["work"], *wanted)
    as_("author")
    _, declined = run("rights", "decline", proposed["id"], "--reason", "另议")
    assert (declined["state"], declined["reason"]) == ("withdrawn", "另议")


@pytest.mark.parametrize("word", ["0x12=1", "0x" + "1" * 40, "0x" + "1" * 40 + "=0", "=3"])
def test_what_is_no_owner_is_a_wrong_command_line(word: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rights", "claim", "x", "y", "--owner", word])
    assert ended.value.code == 2


def paper_of(folder: Path) -> Path:
    """A file that is JSON and no act."""
    path = folder / "other.json"
    path.write_text("[]")
    return path


def _files(run: Run, work: str, grant: str, folder: Path) -> None:
    """A licensee takes its rights along, and holds a file of sales rights against the record."""
    policies, message = folder / "rights.jsonld", folder / "rights.xml"
    assert run("rights", "export", work, "--format", "odrl", "--to", policies)[0] == 0
    assert json.loads(policies.read_text())["@graph"][0]["uid"] == f"urn:qianyin:grant:{grant}"
    takes = ("--right", "translation", "--language", "ja", "--medium", "ebook", "--on", "2030-01-01")
    code, said = run("rights", "export", work, "--format", "onix", "--to", message, *takes)
    assert (code, said["error"]) == (1, "product-malformed"), "a product has a publisher"
    takes_it = (*takes, "--publisher", "例社")
    assert run("rights", "export", work, "--format", "onix", "--to", message, *takes_it)[0] == 0
    code, read = run("rights", "import", "onix", message, work, *takes)
    assert (code, read["products"][0]["differences"]) == (0, [])
    code, other = run("rights", "import", "onix", message, work, *takes[:-1], "2037-01-01")
    assert (code, other["products"][0]["differences"]) == (
        3,
        [{"stated": "exclusive", "recorded": "none", "territories": ["JP"]}],
    )


def _orders(run: Run, house: Premises, estate: str, grant: str, paper: Path, as_: As) -> None:
    named = ("--authority", "Court", "--document", paper)
    for measure, target, more in (
        ("hold", f"estate:{estate}", ("--until", "+90d")),
        ("release", f"estate:{estate}", ()),
        ("terminate", f"grant:{grant}", ()),
    ):
        reason = ("--reason", "依判决") if measure == "terminate" else ()
        with pytest.MonkeyPatch.context() as hand:
            hand.setenv("QIANYIN_KEY", house.keys[Scope.REGULATOR])
            code, said = run("order", "file", measure, target, *named, "--reason-code", "case", *more)
            assert code == 0, said
            hand.setenv("QIANYIN_KEY", house.keys[Scope.OPERATOR])
            code, said = run("order", "execute", measure, target, *named, *reason)
            assert (code, said["state"]) == (0, "settled"), said


def test_existing_contracts_are_looked_at_proposed_once_and_told_what_stands_against_them(
    run: Run,
    house: Premises,
    people: dict[str, str],
    as_: As,
    tmp_path: Path,
) -> None:
    sheet = tmp_path / "work.csv"
    sheet.write_text("类别,题名,衍生自,作者\n衍生创作,旧信,唐诗,某author\n", encoding="utf-8")
    [work] = run("mint", sheet)[1]["works"]
    today = china_day(int(time.time()))
    everything = "翻译权、复制权，不限语言，不限国家/地区，不限媒介，2026-01-01 起"
    _, claimed = run(
        *("rights", "claim", work, everything, "--owner", f"{people['author']}=1"),
        *("--backlog-until", day_text(today + 60)),
    )
    run("rights", "agree", claimed["id"])
    as_("author")
    run("rights", "agree", claimed["id"])
    recorded(run, claimed)
    as_(None)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 one")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 other")
    contracts = tmp_path / "contracts.csv"
    terms = "专有,复制权,日本,日语,纸质,2026-01-01"
    rows = (
        "作品,授权方,被授权方,许可种类,权利,地域,语言,媒介,起始日期,截止日期,可转授权,签订日期,扫描件",
        f"旧信,某author,某tokyo,{terms},2030-12-31,否,2020-01-01,a.pdf",
        f"《旧信》,某author,另一社,{terms},2031-12-31,否,2021-01-01,b.pdf",
        f"旧信,某author,某tokyo,{terms},不详,否,2022-01-01,",
    )
    contracts.write_text("\n".join(rows), encoding="utf-8")
    assert run("contracts", "keep", contracts)[0] == 0

    def told(*words: object) -> list[tuple[str, list[str]]]:
        code, said = run("contracts", "propose", *words)
        assert code == 0
        return [(one["progress"], [each["code"] for each in one["against"]]) for one in said["contracts"]]

    unknown = ("kept", ["unknown_terms", "no_scan"])
    unregistered = ("kept", ["licensee_unregistered"])
    assert told("--dry-run") == [("due", []), unregistered, unknown]
    assert told("--dry-run")[0] == ("due", []), "nothing was proposed"
    assert told() == told() == [("proposed", []), unregistered, unknown]
    [first, *_] = run("contracts", "propose")[1]["contracts"]
    named = ("--account", f"另一社={write_address(house.issuer)}")
    assert told(*named)[1] == ("waiting", [])
    as_("author")
    run("rights", "agree", first["proposal"])
    as_("tokyo")
    recorded(run, run("rights", "agree", first["proposal"])[1])
    as_(None)
    _, said = run("contracts", "propose", "--dry-run", *named)
    [first, second, _] = said["contracts"]
    assert (first["progress"], second["progress"]) == ("recorded", "due")
    assert len(second["clashes"]) == 1
