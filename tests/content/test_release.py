"""What a release shows: values, languages, drafts, approvals."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.content.approvals import digest_of
from bot.content.load import load_release, try_load
from bot.engine.effects import Button, Month, SendMessage, Text
from bot.i18n.address import readable_address
from bot.i18n.day import calendar_date, month_name
from bot.i18n.render import FIRST_STRONG_ISOLATE, POP_ISOLATE
from bot.i18n.template import RIGHT_TO_LEFT
from bot.runner.kept import Kept
from bot.runner.message import message_body
from tests.support.content import ROOT, TODAY, copy_content, edit, our_release

ISOLATES = dict.fromkeys(map(ord, FIRST_STRONG_ISOLATE + POP_ISOLATE))
DAY = date(2026, 12, 10)
NOON = datetime(2026, 12, 10, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("da", "torsdag den 10. december 2026"),
        ("en", "Thursday 10 December 2026"),
        ("tr", "10 Aralık 2026 Perşembe"),
        ("ar", "الخميس، 10 ديسمبر 2026"),
        ("kl", "sisamanngorneq 10. decembari 2026"),
        ("so", "Khamiis, 10 Diseembar 2026"),
    ],
)
def test_date_has_its_weekday_and_plain_digits(locale: str, shown: str) -> None:
    said = our_release().render(Text("common/value", {"value": DAY}), locale).text
    assert said.removeprefix(RIGHT_TO_LEFT) == FIRST_STRONG_ISOLATE + shown + POP_ISOLATE


@pytest.mark.parametrize("number", [0, 1, 2, 3, 11, 28, 100, 102])
@pytest.mark.parametrize("locale", ["da", "en", "ar", "tr", "kl"])
def test_every_number_of_days_is_said_with_its_number(locale: str, number: int) -> None:
    assert str(number) in our_release().render(Text("common/days", {"n": number}), locale).text


def test_arabic_counts_in_six_forms() -> None:
    texts = {our_release().render(Text("common/days", {"n": number}), "ar").text for number in (0, 1, 2, 3, 11, 100)}
    assert len(texts) == 6


def test_fact_is_shown_from_its_one_place(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    edit(root / "knowledge/facts/emergency.yaml", 'value: "33 17 33 33"', 'value: "00 00 00 00"')
    release = load_release(root, TODAY)
    for locale in release.locales:
        card = release.render(Text("emergency/card"), locale).text
        assert "00\u00a000\u00a000\u00a000" in card
        assert "33\u00a017\u00a033\u00a033" not in card


@pytest.mark.parametrize(
    ("fact", "locale", "shown"),
    [
        pytest.param("interpreter_fee.visit", "da", "334 kroner", id="Danish"),
        pytest.param("interpreter_fee.visit", "ar", "334 كرونة", id="Arabic letters"),
        pytest.param("interpreter_fee.visit", "uk", "334 крони", id="Ukrainian counts in three forms"),
        pytest.param("leisure_fee.fee", "en", "1,000 kroner", id="written kr."),
        pytest.param("office_decision.law", "uk", "barnets lov §§\u00a032 і 46", id="two sections"),
        pytest.param("office_decision.law", "da", "barnets lov §§\u00a032 og 46", id="two sections in Danish"),
        pytest.param("child_act.contact_law", "pl", "barnets lov §§\u00a0104\u2011105", id="a range stays on one line"),
        pytest.param(
            "health_complaint.law",
            "en",
            "lov om klage- og erstatningsadgang inden for sundhedsvæsenet",
            id="og within a name",
        ),
    ],
)
def test_value_speaks_the_language(fact: str, locale: str, shown: str) -> None:
    said = our_release().render(Text(f"fact/{fact}"), locale).text
    assert said.translate(ISOLATES) == shown


def test_phone_number_stays_on_one_line_and_is_plain_where_it_is_copied() -> None:
    release = our_release()
    page = release.render(Text("service/stpk/page", {"at": NOON}), "ar").text
    assert "72\u00a033\u00a005\u00a000" in page
    number = Text("service/stpk/phone")
    copies = SendMessage((number,), ((Button(Text("common/copy_phone"), copy=number),),))
    assert message_body(copies, "ar", release)["rows"][0][0]["copy"] == "72 33 05 00"


def test_unknown_and_unapproved_facts_are_never_shown() -> None:
    release = our_release()
    page = release.render(Text("service/kk-borgerraadgiveren/page", {"at": NOON}), "da").text
    assert release.label("common/service_no_phone", "da") in page
    hidden = release.facts["reassessment.law"]
    assert hidden.is_hidden
    assert not replace(hidden, checked_by="someone", checked_on=DAY).is_hidden


def test_no_section_names_a_source_twice() -> None:
    release = our_release()
    sections = [key for key in release.messages["da"] if key.startswith("article/") and key.endswith("/text")]
    for key in sections:
        lines = release.render(Text(key), "da").text.split("\n")
        sources = [line for line in lines if line.startswith(f"{FIRST_STRONG_ISOLATE}Kilde: ")]
        assert len(sources) == len(set(sources)), key
        for locale in release.locales:
            assert len(release.render(Text(key), locale).text.split("\n")) == len(lines), (locale, key)


def test_source_on_a_hired_machine_is_not_named_after_it() -> None:
    shown = our_release().render(Text("article/companion-and-representative/law/text"), "en").text
    assert "liveserver" not in shown
    assert our_release().label("common/source_unnamed", "en") in shown


def test_letters_of_an_address_are_written_out() -> None:
    shown = our_release().render(Text("service/kk-skolesocialraadgivere/page", {"at": NOON}), "da").text
    assert "https://www.kk.dk/socialrådgivere-skoler" in shown
    assert readable_address("https://kk.dk/s%C3%B8g%20nu?a=%26") == "https://kk.dk/søg%20nu?a=%26"


@pytest.mark.parametrize(
    ("service", "said", "text"),
    [
        pytest.param("dialog-mod-vold", "gratis", "common/service_cost_free", id="that it is free"),
        pytest.param("lev-uden-vold", "uden at sige dit navn", "common/service_anonymous_yes", id="without a name"),
        pytest.param("maendenes-hjem", "Du kan bare komme", "common/service_referral_no", id="come by yourself"),
        pytest.param("oasis", "Der er altid en tolk", "common/service_interpreter", id="interpreter"),
        pytest.param("kk-gaeldsraadgivning", "Vi har ikke fundet deres nummer", "common/service_no_phone", id="number"),
    ],
)
def test_page_does_not_say_again_what_its_text_says(service: str, said: str, text: str) -> None:
    release = our_release()
    page = release.render(Text(f"service/{service}/page", {"at": NOON}), "da").text
    assert said in page
    assert release.label(text, "da") not in page


def test_page_says_once_that_it_is_free() -> None:
    free = re.compile(r"\b(?:[Gg]ratis|koster ikke noget|[Dd]u betaler ikke)\b")
    release = our_release()
    for service in release.services.values():
        if service.cost == "free" and service.id != "alkolinjen":  # which tells of free treatment elsewhere
            says_so = free.search(release.label(f"service/{service.id}/what", "da")) is not None
            assert says_so == ("cost" in service.said), service.id


def test_page_tells_everything_about_a_place() -> None:
    """Each thing, or that it is not known; nothing is left out without a word."""
    release = our_release()
    for id, service in release.services.items():
        page = release.render(Text(f"service/{id}/page", {"at": NOON}), "da").text

        def says(key: str, page: str = page) -> bool:
            return release.label(key, "da").translate(ISOLATES) in page.translate(ISOLATES)

        assert says(f"service/{id}/name"), id
        assert says(f"service/{id}/what"), id
        assert says(f"common/service_cost_{service.cost or 'unknown'}") or "cost" in service.said, id
        known = {True: "yes", False: "no", None: "unknown"}[service.is_anonymous]
        assert says(f"common/service_anonymous_{known}") or "anonymous" in service.said, id
        for audience in service.audiences - {"everyone"} if "everyone" not in service.audiences else ():
            assert says(f"common/audience_{audience}"), id
        for contact in ("phone", "address", "email", "url"):
            if contact in service.facts:
                assert says(f"fact/{service.facts[contact]}"), (id, contact)
        assert "phone" in service.facts or says("common/service_no_phone") or "phone" in service.said, id
        assert re.search(r"\n\nKilde[^\n]*$", page), id


@pytest.mark.parametrize(
    ("at", "said"),
    [
        pytest.param("2026-11-27T13:00+01:00", "Åbent nu. Lukker klokken 14:00.", id="open"),
        pytest.param("2026-11-27T08:00+01:00", "Lukket nu. Åbner i dag klokken 9:00.", id="opens today"),
        pytest.param("2026-11-27T14:00+01:00", "Lukket nu. Åbner mandag", id="closed over the weekend"),
        pytest.param("2026-12-25T10:00+01:00", "Lukket nu. Åbner mandag", id="a public holiday"),
        pytest.param("2026-12-24T10:00+01:00", "Måske lukket i dag. Ring først.", id="nobody knows"),
    ],
)
def test_page_says_whether_the_place_is_open_now(at: str, said: str) -> None:
    page = Text("service/international-house-copenhagen/page", {"at": datetime.fromisoformat(at)})
    assert said in our_release().render(page, "da").text.translate(ISOLATES)


def test_value_that_nobody_is_sure_of_says_so_with_its_source() -> None:
    page = our_release().render(Text("service/koebenhavns-kommune/page", {"at": NOON}), "da").text.translate(ISOLATES)
    assert "33\u00a066\u00a033\u00a066 (usikkert)" in page
    assert page.endswith("Kilde: et brev, fra 2016. Vi har ikke selv kontrolleret den.")
    assert our_release().label("common/service_unsure", "da") in page


def test_hours_that_nobody_knows_are_not_guessed() -> None:
    page = our_release().render(Text("service/kk-borgerraadgiveren/page", {"at": NOON}), "da").text
    assert our_release().label("common/service_no_hours", "da") in page
    assert not re.search(r"Åbent|Lukket|\d+:\d\d", page)


def test_privacy_text_says_the_settings_in_force() -> None:
    release = try_load(ROOT, TODAY, Kept(sessions=5, tickets=9), is_checked=True).release
    assert release is not None
    for locale in release.locales:
        text = release.label("privacy/about/say", locale).translate(ISOLATES)
        assert {"5", "9", "48"} <= set(re.findall(r"\d+", text)), locale


def test_month_is_spelt_in_the_calendar_as_in_a_date() -> None:
    for month in (1, 8, 9):
        first = date(2026, month, 1)
        assert calendar_date(first, "so") == f"1 {month_name(first, 'so')}"


def test_month_of_the_calendar_is_named() -> None:
    assert "2026" in our_release().render(Text("common/value", {"value": Month(DAY)}), "ar").text


def test_draft_about_rights_says_so_and_leads_to_the_danish() -> None:
    release = our_release()
    shown = SendMessage((Text("complaint/decision/say"),), shows="complaint/decision")
    body = message_body(shown, "ar", release)
    assert body["text"].endswith(release.label("common/draft", "ar"))
    assert [button["data"] for row in body["rows"] for button in row] == ["!original:complaint/decision"]
    danish = message_body(shown, "da", release)
    assert danish["text"].endswith(release.label("common/draft", "da"))
    assert "rows" not in danish


def approve(root: Path, locale: str, keys: tuple[str, ...]) -> None:
    release = load_release(root, TODAY)
    lines = (
        f"{key}\t{digest_of(release.messages['da'][key], release.messages[locale][key])}\tReviewer A\t2026-11-24\n"
        for key in keys
    )
    (root / f"locales/{locale}/approved.tsv").write_text("".join(lines), "utf-8")


def test_approval_takes_the_label_away_until_a_word_changes(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    approve(root, "en", ("complaint/decision/say",))
    keys, node = ("complaint/decision/say",), "complaint/decision"
    assert not load_release(root, TODAY).shows_draft_label(keys, node, "en")
    assert load_release(root, TODAY).shows_draft_label(keys, node, "ar")
    edit(root / "flows/complaint.yaml", "Har du fået et svar fra kommunen?", "Har kommunen svaret dig?")
    assert load_release(root, TODAY).shows_draft_label(keys, node, "en")


def test_approved_only_shows_danish_where_rights_are_a_draft(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    approve(root, "ar", ("complaint/decision/say",))
    release = load_release(root, TODAY, approved_only=True)
    assert release.label("complaint/decision/say", "ar") != release.label("complaint/decision/say", "da")
    assert release.label("complaint/waiting/say", "ar") == release.label("complaint/waiting/say", "da")
    assert release.label("common/back", "ar") != release.label("common/back", "da")  # says nothing about rights


def test_nothing_is_approved_in_what_we_ship() -> None:
    assert our_release().approved == frozenset()


def test_keyboard_of_any_language_is_understood_in_any() -> None:
    release = our_release()
    for locale in release.locales:
        for label in (label for row in release.keyboard(locale) for label in row):
            assert release.intent(label, "da") in ("menu", "human", "language", "help", "hide")


def test_what_a_person_types_cannot_turn_the_sentence_round() -> None:
    typed = "\u202egnorts\u202c \u2066x"
    shown = our_release().render(Text("common/value", {"value": typed}), "ar").text
    assert shown == RIGHT_TO_LEFT + FIRST_STRONG_ISOLATE + "gnorts x" + POP_ISOLATE


def test_a_name_that_describes_is_translated_and_a_name_of_its_own_stays_danish() -> None:
    release = our_release()
    for id, service in release.services.items():
        names = {locale: release.label(f"service/{id}/name", locale) for locale in release.locales}
        assert names["da"] == service.name
        if not service.is_described:
            assert set(names.values()) == {service.name}
            continue
        for locale, name in names.items():
            page = release.render(Text(f"service/{id}/page", {"at": NOON}), locale).text
            assert name in page
            assert service.name in page  # what people here call it
            assert locale == "da" or name != service.name, (locale, id)


def test_who_answers_on_the_alarm_number_can_be_called_at_any_hour() -> None:
    page = our_release().render(Text("service/sociolance/page", {"at": NOON}), "da").text
    assert "Åbent hele døgnet" in page
    assert our_release().label("common/service_no_hours", "da") not in page
