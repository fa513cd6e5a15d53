"""Every rule finds what it is for, at its line, and says how to mend it."""

import re
from datetime import date
from pathlib import Path

import pytest

from bot.content import checks
from bot.content.load import try_load
from bot.content.problem import Problem
from tests.support.content import ROOT, TODAY, copy_content, edit

# code, file, what stands there, what is written instead: every error of the flows, facts, articles and phrases
BROKEN = [
    ("yaml-unreadable", "flows/hide.yaml", "flow: hide", "flow: [hide"),
    ("yaml-unreadable", "flows/hide.yaml", "title: Skjul samtalen", "flow: hide"),  # a key twice
    ("yaml-unreadable", "flows/hide.yaml", "title: Skjul samtalen", "title: &anchor Skjul"),
    ("flow-name", "flows/hide.yaml", "flow: hide", "flow: seek"),
    ("kind-unknown", "flows/hide.yaml", "kind: menu", "kind: menus"),
    ("field-missing", "flows/complaint.yaml", "    asks: date\n", ""),
    ("field-unknown", "flows/complaint.yaml", "    asks: date\n", "    asks: date\n    ask: date\n"),
    ("text-missing", "flows/start.yaml", 'say: "Vælg sprog"', "say: 12"),
    ("goto-unknown", "flows/complaint.yaml", "goto: who}", "goto: wohe}"),
    ("goto-unknown", "flows/hide.yaml", "title: Skjul samtalen", "moved: {old: nowhere}"),
    ("field-shape", "flows/hide.yaml", "title: Skjul samtalen", "moved: [ask]"),
    ("field-shape", "flows/complaint.yaml", "period: social_complaint.period", "period: [social_complaint.period]"),
    ("name-shape", "flows/complaint.yaml", "from: letter_date", "from: 12"),
    ("cases-shape", "flows/hide.yaml", "nodes:", 'nodes:\n  fork: {kind: branch, "on": urgency, cases: [], else: ask}'),
    ("moved-exists", "flows/hide.yaml", "title: Skjul samtalen", "moved: {ask: privacy/about}"),
    ("choice-shape", "flows/hide.yaml", "{id: privacy, label", "{id: privacy, text"),
    ("choice-shape", "flows/start.yaml", 'id: "no"', "id: 12"),
    ("choice-twice", "flows/complaint.yaml", "{id: oral, label", "{id: written, label"),
    ("button-bytes", "flows/hide.yaml", "{id: privacy, label", "{id: " + "p" * 60 + ", label"),
    ("answer-unknown", "flows/complaint.yaml", "from: letter_date", "from: lettre_date"),
    ("fact-unknown", "flows/complaint.yaml", "period: social_complaint.period", "period: social_complaint.perod"),
    ("fact-kind", "flows/complaint.yaml", "period: social_complaint.period", "period: ankestyrelsen.phone"),
    ("fact-unknown", "flows/human.yaml", "{social_duty.phone}", "{social_duty.fone}"),
    ("article-unknown", "flows/complaint.yaml", "article: complaint-over", "article: complaint-above"),
    ("service-unknown", "flows/complaint.yaml", "[den-sociale-retshjaelp,", "[den-sociale,"),
    ("days-shape", "flows/complaint.yaml", "days: 3", "days: three"),
    ("expects-unknown", "flows/complaint.yaml", "expects: date", "expects: datum"),
    ("urgency-place", "flows/human.yaml", "      child: child", "      chidl: child"),
    ("urgency-unknown", "flows/human.yaml", "      child: child", "      child: soon"),
    ("unreachable", "flows/complaint.yaml", "goto: waiting}", "goto: unsure}"),
    ("placeholder-unknown", "flows/complaint.yaml", "**{safe_day}**", "**{save_day}**"),
    ("placeholder-shape", "flows/complaint.yaml", "**{safe_day}**", "**{safe day}**"),
    ("markup-open", "flows/complaint.yaml", "**{safe_day}**", "**{safe_day}"),
    ("tag", "flows/complaint.yaml", "**{safe_day}**", "<b>{safe_day}</b>"),
    ("bidi-control", "flows/complaint.yaml", "**{safe_day}**", "\u200f{safe_day}"),
    ("number-no-fact", "flows/human.yaml", "{social_duty.phone}", "12 34 56 78"),
    ("number-no-fact", "flows/human.yaml", "{social_duty.phone}", "www.example.org"),
    ("number-no-fact", "flows/human.yaml", "{social_duty.phone}", "Tietgensgade 31A"),
    ("number-no-fact", "flows/human.yaml", "{social_duty.phone}", "1704 København V"),
    ("number-no-fact", "flows/human.yaml", "{social_duty.phone}", "inden 4 uger"),
    ("number-no-fact", "flows/human.yaml", "{social_duty.phone}", "§ 67"),
    ("number-no-fact", "flows/human.yaml", "{social_duty.phone}", "191 kr."),
    ("number-no-fact", "flows/human.yaml", "{social_duty.phone}", "fra du er 10 år"),
    ("preview", "flows/human.yaml", "Vil du tale med en rådgiver?", "Er du udsat for vold?"),
    ("lix", "flows/human.yaml", "Vil du tale med en rådgiver?", "Sagsbehandlingsforvaltningen " * 25),
    ("fact-unreadable", "knowledge/facts/emergency.yaml", "kind: phone", "kind: fone"),
    ("fact-unreadable", "knowledge/services/ankestyrelsen.yaml", 'phone: "33 41 12 00"', "phone: 33411200"),
    ("fact-twice", "knowledge/facts/treatment.yaml", "citizens_adviser:", "social_complaint:"),
    ("fact-half-checked", "knowledge/facts/complaint.yaml", "checked_on: null", "checked_on: 2026-11-01"),
    ("fact-unknown", "knowledge/services/ligebehandlingsnaevnet.yaml", "ankestyrelsen.phone", "ankestyrelsen.fone"),
    ("service-shape", "knowledge/services/ankestyrelsen.yaml", "phone:", "fax:"),
    ("service-shape", "knowledge/services/ankestyrelsen.yaml", "for: [everyone]", "for: [everybody]"),
    ("service-shape", "knowledge/services/ankestyrelsen.yaml", "topics: [", "topics: []\nlanguages: ["),
    ("service-shape", "knowledge/services/ankestyrelsen.yaml", "cost: free", "cost: cheap"),
    ("service-shape", "knowledge/services/ankestyrelsen.yaml", "cost: free", "cost: free\nsaid: [price]"),
    ("fact-unreadable", "knowledge/services/ankestyrelsen.yaml", "Mon-Fri 9-15", "weekdays 9-15"),
    ("topic-unknown", "flows/find.yaml", "topics: [housing]", "topics: [houses]"),
    ("front-matter", "knowledge/articles/emergency-numbers.md", "title: Nødnumre\n", ""),
    ("key-twice", "knowledge/articles/emergency-numbers.md", "{#thoughts}", "{#violence}"),
    ("intent-unknown", "knowledge/phrases/da.yaml", "stop: [stop", "halt: [stop"),
    ("phrase-shape", "knowledge/phrases/da.yaml", "stop: [stop", "stop: [112, stop"),
    ("phrase-twice", "knowledge/phrases/da.yaml", "stop: [stop", "stop: [menu, stop"),
    ("po-unreadable", "locales/ar/LC_MESSAGES/flows.po", 'msgctxt "common/back"', 'msgctx "common/back"'),
    ("plural-header", "locales/ar/LC_MESSAGES/flows.po", "n%100>=11", "n%100>=12"),
    ("approval-unreadable", "locales/en/approved.tsv", "", "common/back yes"),
]  # fmt: skip


def find(root: Path, today: date = TODAY) -> tuple[Problem, ...]:
    return try_load(root, today).problems


@pytest.mark.parametrize(("code", "file", "before", "after"), BROKEN)
def test_rule_finds_what_is_broken(code: str, file: str, before: str, after: str, tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    if before:
        edit(root / file, before, after)
    else:
        (root / file).write_text(after, "utf-8")
    loaded = try_load(root, TODAY)
    errors = [problem for problem in loaded.errors if problem.code == code]
    assert errors, [str(problem) for problem in loaded.problems if not problem.is_warning]
    assert loaded.release is None
    assert all(re.fullmatch(r"(flows|knowledge|locales)/\S+:\d+", problem.where) for problem in errors)


@pytest.mark.parametrize(
    ("code", "file", "line", "after"),
    [
        pytest.param("placeholder-extra", "flows.po", "Go back {place}", "a value that is not there", id="extra"),
        pytest.param("number-differs", "flows.po", "Back 2", "", id="number"),
        pytest.param("number-differs", "flows.po", "Back ٢", "", id="number in other digits"),
        pytest.param("markup-differs", "flows.po", "**Back**", "", id="markup"),
        pytest.param("url-differs", "flows.po", "Back https://example.org", "", id="address"),
        pytest.param("bidi-control", "flows.po", "Back\u200e", "", id="invisible sign"),
        pytest.param("tag", "flows.po", "<i>Back</i>", "", id="tag"),
        pytest.param("too-long", "flows.po", "Back " * 20, "", id="a button that is cut"),
    ],
)
def test_translation_says_what_the_danish_says(code: str, file: str, line: str, after: str, tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    path = root / "locales/en/LC_MESSAGES" / file
    text = path.read_text("utf-8")
    changed = re.sub(r'(msgctxt "common/back"\nmsgid ".*"\nmsgstr )".*"', rf'\1"{line}"', text)
    assert changed != text
    path.write_text(changed, "utf-8")
    assert code in {problem.code for problem in try_load(root, TODAY).errors}


def test_entrance_that_every_screen_leads_to_must_be_there(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    (root / "flows/privacy.yaml").unlink()
    for flow, before in (("start", "goto: privacy/about"), ("hide", "goto: privacy/about")):
        text = (root / f"flows/{flow}.yaml").read_text("utf-8")
        (root / f"flows/{flow}.yaml").write_text(text.replace(before, "goto: start/menu"), "utf-8")
    found = [problem for problem in find(root) if problem.code == "entrance-missing"]
    assert len(found) == 2


def test_fact_needs_a_source(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    path = root / "knowledge/facts/emergency.yaml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"sources:\n(      - .*\n)+police:", "sources: []\npolice:", text), "utf-8")
    assert [problem.code for problem in find(root) if not problem.is_warning] == ["fact-no-source"]


@pytest.mark.parametrize("start", ["ℹ️ ", "🇩🇰 ", "Telegram "])
def test_line_that_would_be_turned_round_is_found(start: str, tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    edit(root / "locales/ar/LC_MESSAGES/flows.po", 'msgstr "📝 ', f'msgstr "{start}')
    assert [problem.code for problem in find(root) if not problem.is_warning] == ["direction"]


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    edit(root / "flows/complaint.yaml", "goto: who}", "goto: wohe}")
    edit(root / "flows/human.yaml", "{social_duty.phone}", "{social_duty.fone}")
    edit(root / "knowledge/phrases/da.yaml", "stop: [stop", "halt: [stop")
    assert {"goto-unknown", "fact-unknown", "intent-unknown"} <= {problem.code for problem in find(root)}


def test_problem_says_where_what_and_how_to_mend(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    edit(root / "flows/complaint.yaml", "goto: who}", "goto: whoo}")
    said = [str(problem) for problem in find(root) if problem.code == "goto-unknown"]
    assert said == [
        "flows/complaint.yaml:7: 'choice written' of 'complaint/decision' goes to 'whoo', which is no node. "
        "Did you mean 'complaint/who'? [goto-unknown]"
    ]


def test_circle_that_never_waits_is_found(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    (root / "flows/ring.yaml").write_text(
        "flow: ring\nnodes:\n  one: {kind: say, say: A, goto: two}\n  two: {kind: say, say: B, goto: one}\n"
    )
    assert {problem.where for problem in find(root) if problem.code == "never-waits"} == {
        "flows/ring.yaml:3",
        "flows/ring.yaml:4",
    }


@pytest.mark.parametrize(
    ("code", "file", "before", "after"),
    [
        ("key-unknown", "locales/en/LC_MESSAGES/flows.po", 'msgctxt "common/back"', 'msgctxt "common/bakc"'),
        ("missing", "locales/en/LC_MESSAGES/flows.po", 'msgctxt "common/back"', 'msgctxt "common/bakc"'),
        ("learned-stale", "knowledge/phrases/tr.yaml", "polis kactı 114 mu 112 mi hangisi", "polis hangisi"),
    ],
)
def test_what_needs_no_mending_today_is_a_warning(
    code: str, file: str, before: str, after: str, tmp_path: Path
) -> None:
    root = copy_content(tmp_path)
    edit(root / file, before, after)
    loaded = try_load(root, TODAY)
    found = [problem for problem in loaded.problems if problem.code == code]
    assert [problem.is_warning for problem in found] == [True] * len(found) != []
    assert loaded.release is not None


def test_overdue_review_warns_and_breaks_nothing() -> None:
    due = [problem for problem in find(ROOT, date(2026, 12, 16)) if problem.code == "review-due"]
    assert {problem.is_warning for problem in due} == {True}
    assert try_load(ROOT, date(2036, 1, 1)).release is not None


def test_half_a_megabyte_of_yaml_bomb_is_refused(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    (root / "flows/bomb.yaml").write_text("a: &a [x]\nb: &b [*a, *a]\n")
    (root / "flows/large.yaml").write_text("# " + "x" * 1_100_000)
    where = {problem.where for problem in find(root) if problem.code == "yaml-unreadable"}
    assert where == {"flows/bomb.yaml:1", "flows/large.yaml:1"}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        pytest.param("Du kan klage. Skriv et brev til dem. Det er nok. " * 3, 0, 25, id="easy"),
        pytest.param("Kommunalbestyrelsens sagsbehandlingsprocedure forudsætter partshøring. " * 6, 60, 120, id="hard"),
    ],
)
def test_lix(text: str, low: float, high: float) -> None:
    value = checks.readability.lix(text)
    assert value is not None
    assert low <= value <= high


def test_lix_of_a_few_words_says_nothing() -> None:
    assert checks.readability.lix("Kommunalbestyrelsen beslutter.") is None


def test_translation_that_lacks_a_value_is_refused(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    path = root / "locales/en/LC_MESSAGES/flows.po"
    before, msgstr, after = path.read_text("utf-8").partition('msgctxt "common/date_meant"')
    path.write_text(before + msgstr + after.replace('msgstr "Do you mean {day}?"', 'msgstr "Do you mean that?"', 1))
    assert [problem.code for problem in find(root) if not problem.is_warning] == ["placeholder-missing"]
