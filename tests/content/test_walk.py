"""Every node, every language, every button: within Telegram's limits, and never a dead end."""

import re
from collections import Counter
from html import escape

import pytest

from bot.content.checks.length import _Estimate, _excesses
from bot.content.contact_sheet import contact_sheet
from bot.content.walk import Screen, Walk, walk
from bot.engine.advance import advance, find_node
from bot.engine.effects import SendMessage, Text
from bot.engine.incoming import ChoicePressed
from bot.engine.press import read_press
from bot.engine.session import Session
from bot.i18n.render import utf16_length
from bot.i18n.template import PLACEHOLDER
from bot.sandbox.formatting import format_text
from bot.sandbox.markup import read_markup
from bot.telegram.calls import to_send
from tests.support.content import TODAY, our_release
from tests.support.conversation import AT

LOCALES = our_release().locales
SCREENS = {locale: tuple(walk(our_release(), locale)) for locale in LOCALES}


def buttons(screen: Screen) -> list[str]:
    return [button.get("data", "") for row in screen.body.get("rows", []) for button in row]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_node_is_walked(locale: str) -> None:
    release = our_release()
    shown = {screen.node for screen in SCREENS[locale]}
    passing = {id for id, node in release.nodes.items() if node.kind in ("branch", "call")}
    assert shown - {"emergency"} == release.nodes.keys() - passing


def test_contact_sheet_has_every_screen_in_every_language() -> None:
    sheet = contact_sheet(our_release(), TODAY)
    heads = set(re.findall(r'<th scope="row">([^ <]+)', sheet))
    assert heads == {screen.node for screen in SCREENS["da"]}
    shown = Counter(re.findall(r'<td lang="(\w+)"[^>]*><pre>(.*?)</pre>', sheet, re.DOTALL))
    assert shown == Counter((locale, escape(screen.body["text"])) for locale in LOCALES for screen in SCREENS[locale])


@pytest.mark.parametrize("locale", LOCALES)
def test_screens_fit_into_telegram(locale: str) -> None:
    for screen in SCREENS[locale]:
        assert 1 <= utf16_length(screen.body["text"]) <= 4096, screen.node
        assert all(len(data.encode()) <= 64 for data in buttons(screen)), screen.node
        for entity in screen.body.get("entities", []):
            assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_length(screen.body["text"])


@pytest.mark.parametrize("locale", LOCALES)
def test_sandbox_takes_every_screen_as_it_is(locale: str) -> None:
    for screen in SCREENS[locale]:
        call = to_send(1, screen.body)
        taken = format_text(call["text"], entities=call.get("entities"))
        assert taken.text == call["text"], screen.node  # nothing that Telegram would cut off or take out
        assert read_markup(call["reply_markup"]) == call["reply_markup"], screen.node


@pytest.mark.parametrize("locale", LOCALES)
def test_no_value_is_left_open_and_no_markup_shows(locale: str) -> None:
    for screen in SCREENS[locale]:
        assert not PLACEHOLDER.search(screen.body["text"]), screen.body["text"]
        assert "**" not in screen.body["text"]
        assert screen.body["text"].count("\u2068") == screen.body["text"].count("\u2069")


@pytest.mark.parametrize("locale", LOCALES)
def test_back_menu_language_and_a_human_are_one_tap_away(locale: str) -> None:
    for screen in SCREENS[locale]:
        data = {press.partition(":")[0] for press in buttons(screen)}
        if screen.node in ("start/language", "privacy/delete") and not data & {"!human", "!menu"}:
            continue  # before there is a language, and after everything was deleted
        assert "!menu" in data or screen.node == "start/menu", screen
        assert "!human" in data or screen.node == "human/consent", screen
        if screen.node != "emergency":  # the card stays in the chat, and is short
            assert "!language" in data, screen
            assert "!back" in data or screen.node == "start/menu", screen


@pytest.mark.parametrize("locale", LOCALES)
def test_every_button_leads_somewhere(locale: str) -> None:
    release = our_release()
    for screen in SCREENS[locale]:
        for data in filter(None, buttons(screen)):
            press = read_press(data)
            assert press.way or find_node(press.node, release) is not None
            session = Session(1, locale=locale, node=screen.node if "/" in screen.node else "start/menu", touched_at=AT)
            incoming = ChoicePressed(update_id=1, chat_id=1, at=AT, data=data, message_id=1, query_id="1")
            turn = advance(session, incoming, release)
            gone = {release.label("common/button_gone", locale), release.label("common/place_gone", locale)}
            texts = {
                release.label(part.key, locale)
                for effect in turn.effects
                for part in getattr(effect, "parts", ())
                if not part.params
            }
            assert not texts & gone, (screen.node, data)
            if not data.endswith(">-"):
                assert turn.effects, (screen.node, data)


def test_languages_that_are_walked_once_show_the_same_texts_as_when_each_is_walked_alone() -> None:
    release = our_release()
    walk = Walk(release)
    assert min(len(locales) for locales, _ in walk.groups) < len(LOCALES)
    for id, node in release.nodes.items():
        groups = list(walk.alike(node))
        assert sorted(locale for locales in groups for locale in locales) == sorted(LOCALES)
        for first, *others in groups:
            shown = tuple(walk.shown_by(node, first, set()))
            assert all(tuple(walk.shown_by(node, other, set())) == shown for other in others), id


@pytest.mark.parametrize("locale", LOCALES)
def test_estimate_is_never_below_the_screen(locale: str) -> None:
    release = our_release()
    estimate = _Estimate(release)
    surely = [shown for shown in Walk(release).all_shown(locale) if estimate.surely_fits(shown.effect)]
    assert len(surely) > 500
    for shown in surely:
        assert isinstance(shown.effect, SendMessage)
        parts = (*shown.effect.parts, Text("common/draft"))
        most = sum(estimate._most(part) + len("\n\n") for part in parts)
        assert utf16_length(shown.screen(locale, release).body["text"]) <= most
        assert list(_excesses(shown.screen(locale, release))) == []
