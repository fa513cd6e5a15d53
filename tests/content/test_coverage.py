"""The tables of knowledge/README.md: what the documents demand is few taps away, and nothing private is shown."""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache

import pytest

from bot.content.walk import walk
from bot.engine.nodes.article import Article
from bot.engine.nodes.services import PAGE_SIZE, Services
from bot.engine.screen import HOME, HUMAN, LANGUAGE
from bot.i18n.day import calendar_date
from tests.support.content import ROOT, our_release

MOST_TAPS = 4
MOST_CHOICES = 7
MOST_CHARACTERS = 600  # of the first screen of an answer
PASSING = ("say", "branch", "call")  # nodes that go on by themselves cost no tap
LINES = {"000": 9, "001": 8, "002": 10, "003": 7, "004": 10, "All five": 10}  # of the documents' checklists
ENTRIES, LAW_CHANGES = 43, 18
NOT_VERIFIED = "shelter-gender-neutral"  # the day of that law: its number is shown instead
_PLACE = re.compile(r"`([^`]+)`")
_MARKS = re.compile("[\u2066-\u2069\u200f]")  # of direction


@cache
def rows() -> Mapping[str, list[str]]:
    """The lines of each table by its heading."""
    text = (ROOT / "knowledge/README.md").read_text("utf-8")
    parts = re.split(r"^##+ ", text, flags=re.MULTILINE)[1:]
    found = {part.partition("\n")[0]: re.findall(r"^\| .*`.* \|$", part, re.MULTILINE) for part in parts}
    return {heading: lines for heading, lines in found.items() if lines}


PLACES = sorted({place for lines in rows().values() for line in lines for place in _PLACE.findall(line)})


@cache
def taps() -> Mapping[str, int]:
    """How many taps from the main menu to each node, article and page of the directory, at least."""
    nodes = our_release().nodes
    found = {HOME: 0, HUMAN: 1, LANGUAGE: 1}  # these two are a button of every screen
    queue = deque(found)
    while queue:
        node = nodes[queue.popleft()]
        cost = 0 if node.kind in PASSING else 1
        for goto in node.gotos():
            if found[node.id] + cost < found.get(goto, 99):
                found[goto] = found[node.id] + cost
                queue.append(goto)
    shown: dict[str, int] = {}
    for id, count in found.items():
        node = nodes[id]
        if isinstance(node, Article):
            shown[node.article] = min(count, shown.get(node.article, count))
        elif isinstance(node, Services):
            for service in node.services[:PAGE_SIZE]:
                shown[f"service/{service}"] = min(count + 1, shown.get(f"service/{service}", count + 1))
    return {**found, **shown}


@pytest.mark.parametrize("place", PLACES)
def test_place_of_the_tables_is_few_taps_away(place: str) -> None:
    assert taps().get(place, 99) <= MOST_TAPS


def test_every_line_of_the_documents_has_its_row() -> None:
    found = {heading: len(lines) for heading, lines in rows().items()}
    for document, count in LINES.items():
        assert [lines for heading, lines in found.items() if heading.startswith(document)] == [count], document
    assert found["Rights"] == ENTRIES
    assert found["Changes of law"] == LAW_CHANGES


def dated_changes() -> Iterator[tuple[str, Sequence[date | str], Sequence[str]]]:
    """Changes of law whose row names days, or only years, and the articles that tell of them."""
    for line in rows()["Changes of law"]:
        change, entry, places = (cell.strip() for cell in line.strip("|").split("|"))
        named = " ".join(re.findall(r"\(([^)]*)\)", change))
        days = [datetime.strptime(day, "%d %B %Y").date() for day in re.findall(r"\d+ [A-Z][a-z]+ \d{4}", named)]
        articles = [place for place in _PLACE.findall(places) if "/" not in place]
        when = days or re.findall(r"\d{4}", named)
        if when and articles and entry != NOT_VERIFIED:
            yield entry, when, articles


@pytest.mark.parametrize("locale", our_release().locales)
def test_changes_of_law_are_told_with_their_date(locale: str) -> None:
    release = our_release()
    changes = list(dated_changes())
    for entry, when, articles in changes:
        keys = [key for article in articles for key in release.keys(f"article/{article}/")]
        said = _MARKS.sub("", " ".join(release.label(key, locale) for key in keys))
        for each in when:
            assert _MARKS.sub("", each if isinstance(each, str) else calendar_date(each, locale)) in said, entry
    assert len(changes) == LAW_CHANGES - 4  # the others have no date, or are a rule of counting


@pytest.mark.parametrize("locale", our_release().locales)
def test_first_screen_of_an_article_is_short(locale: str) -> None:
    """About 600 characters, a tenth more in Kalaallisut: everything else is behind a button."""
    release = our_release()
    for article in {node.article for node in release.nodes.values() if isinstance(node, Article)}:
        shown = "".join(release.label(f"article/{article}/{part}", locale) for part in ("title", "short"))
        assert len(_MARKS.sub("", shown)) <= (670 if locale == "kl" else 610), article


def test_every_service_is_few_taps_away() -> None:
    far = {id for id in our_release().services if taps().get(f"service/{id}", 99) > MOST_TAPS}
    assert far == set()


def test_menus_are_short() -> None:
    """Seven choices and, where it may be needed, hiding the conversation."""
    for node in our_release().nodes.values():
        if node.kind == "menu":
            assert len([goto for goto in node.gotos() if goto != "hide/ask"]) <= MOST_CHOICES, node.id


def test_answers_are_short_in_danish() -> None:
    """What a person sees first of a node; what is kept about them is as long as it is."""
    first = {
        screen.node: len(_MARKS.sub("", screen.body["text"]))
        for screen in walk(our_release(), "da")
        if not screen.choice and screen.node != "privacy/mine"
    }
    assert {node: length for node, length in first.items() if length > MOST_CHARACTERS} == {}


def test_no_text_holds_the_value_of_a_fact() -> None:
    """Neither the Danish nor a translation: a number that changes would stay as it was in one of them."""
    release = our_release()
    kinds = ("phone", "email", "url", "address", "money")
    facts = [fact for fact in release.facts.values() if fact.value is not None]
    values = {
        str(fact.value) for fact in facts if fact.kind in kinds or (fact.kind == "law" and "§" in str(fact.value))
    }
    for locale, messages in release.messages.items():
        for key, message in messages.items():
            text = message if isinstance(message, str) else " ".join(message)
            if re.search(r"\d|@|www", text):  # every one of these values has one of them
                assert not [value for value in values if value in text], (locale, key)


def test_no_contact_of_city_hall_or_of_its_staff() -> None:
    """The documents print lines of a mayor, a policy centre and the press: of them only the switchboard stays."""
    facts = our_release().facts.values()
    city_hall = {str(fact.value) for fact in facts if fact.kind == "phone" and str(fact.value).startswith("33 66")}
    assert city_hall == {"33 66 33 66", "33 66 10 00"}  # the switchboard, and International House
    assert not [fact.name for fact in facts if fact.kind == "email" and "sof.kk.dk" in str(fact.value)]
    assert "kk-etnisk-konsulentteam" not in our_release().services
    texts = (str(message) for messages in our_release().messages.values() for message in messages.values())
    assert not [text for text in texts if "konsulentteam" in text.lower()]  # of staff: an employee knows whom to call


def test_no_telephone_where_the_only_source_is_of_another_name() -> None:
    assert "phone" not in our_release().services["diversity-works"].facts
