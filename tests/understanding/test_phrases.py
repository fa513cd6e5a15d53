"""Danger, the wish for a human, and words for ways, in all our languages."""

import time

import pytest
from ruamel.yaml import YAML

from bot.engine.advance import WAYS
from bot.understanding.meaning import EXAMPLES, TOPICS
from bot.understanding.phrases import CONTAINED, Phrases
from tests.support.content import ROOT, our_release

FILES = {path.stem: YAML(typ="safe").load(path.read_text("utf-8")) for path in ROOT.glob("knowledge/phrases/*.yaml")}
UNDERSTANDING = our_release().understanding
PHRASES = UNDERSTANDING.phrases
LONG = "Jeg vil gerne spørge om noget som har ligget mig på sinde. {} Hvad skal jeg gøre ved det?"


@pytest.mark.parametrize(
    "typed",
    [
        "han slår mig",
        "HAN SLÅR MIG!!!",
        "han slar mig",
        "min mand slår mig hver aften",
        "jeg vil ikke leve mere",
        "jeg overvejer selvmord",
        "he hits me",
        "my husband beats me every night",
        "I want to kill myself",
        "i dont want to live anymore",
        "زوجي يضربني",
        "زوجي يَضْرِبُني كل يوم",
        "أريد أن أموت",
        "بدي موت",
        "jozi byedrobni",
        "kocam beni dövüyor",
        "kocam beni dovuyor",
        "intihar etmek istiyorum",
        "ölmek istiyorum",
        "overdoz aldım",
        "eski eşim beni tehdit ediyor",
        "112 yi arayın",
        "هيقتلني",
        "خنقني مبارح",
        "abi darabni",
        "biddi mout",
        "uima persuppaanga",
        "imminornissara eqqarsaatigaara",
        "imminut toqukkusuppunga",
    ],
)
def test_danger_is_heard(typed: str) -> None:
    assert UNDERSTANDING.intent(typed, None) == "danger"
    assert UNDERSTANDING.intent(LONG.format(typed), None) == "danger"


@pytest.mark.parametrize(
    "typed",
    [
        "hjælp",
        "jeg vil klage over min sagsbehandler",
        "لا اريد ان اعيد المال",
        "انا في خط الهاتف",
        "kan jeg få hjælp til medicin",
        "kommunen har stoppet min kontanthjælp",
        "min mand er flyttet",
        "hvornår slår fristen til",
        "I want to complain about the municipality",
        "my husband lost his job",
        "can I get help with my rent",
        "أريد أن أشتكي من البلدية",
        "زوجي فقد عمله",
        "belediyeye itiraz etmek istiyorum",
        "kocam işini kaybetti",
        "kommuni naammagittaalliutigerusuppara",
        "12.11.2026",
        "1888",
    ],
)
def test_harmless_questions_raise_no_alarm(typed: str) -> None:
    assert UNDERSTANDING.intent(typed, None) != "danger"


@pytest.mark.parametrize(
    "typed",
    [
        "jeg vil gerne tale med et menneske",
        "kan jeg snakke med en rådgiver?",
        "I would like to talk to a person please",
        "أريد التحدث مع شخص",
        "bir insanla konuşmak istiyorum",
        "siunnersorti oqaloqatigerusuppara",
    ],
)
def test_wish_for_a_human_is_heard(typed: str) -> None:
    assert UNDERSTANDING.intent(typed, None) == "human"


def meant(phrases: Phrases, typed: str, tag: str) -> str | None:
    """What the words of a text alone say, danger first."""
    held = next((intent for intent in CONTAINED if phrases.holds(intent, typed)), None)
    return held or phrases.answer(typed, tag) or phrases.match_whole(typed)


@pytest.mark.parametrize("tag", sorted(FILES))
def test_every_phrase_of_a_file_means_what_it_stands_under(tag: str) -> None:
    wrong = {
        phrase: found
        for intent, phrases in FILES[tag].items()
        if intent not in (TOPICS, EXAMPLES)
        for phrase in phrases
        if (found := meant(PHRASES, phrase.removesuffix("*"), tag)) != intent
    }
    assert wrong == {}


@pytest.mark.parametrize("tag", FILES)
def test_a_phrase_of_danger_alone_is_never_taken_back(tag: str) -> None:
    """Whatever else was learned: "suicide" and "I am in danger" say nothing that could make them harmless."""
    phrases = [phrase.strip("=!") for phrase in FILES[tag]["danger"] if not phrase.endswith("*")]
    assert [phrase for phrase in phrases if UNDERSTANDING.intent(phrase, tag) != "danger"] == []


def test_what_only_sounds_like_danger_is_still_taken_back() -> None:
    assert UNDERSTANDING.intent("ten formularz to samobójstwo", "pl") is None


@pytest.mark.parametrize("typed", ["112", " 112! ", "١١٢", "۱۱۲"])
def test_the_number_alone_asks_for_the_numbers(typed: str) -> None:
    assert UNDERSTANDING.intent(typed, None) == "emergency"


@pytest.mark.parametrize("tag", sorted(FILES))
def test_no_phrase_of_a_way_or_an_answer_is_taken_for_danger_or_a_wish(tag: str) -> None:
    phrases = [(phrase, intent) for intent in {*WAYS, "yes", "no"} for phrase in FILES[tag].get(intent, ())]
    assert [
        (phrase, found) for phrase, intent in phrases if (found := UNDERSTANDING.intent(phrase, tag)) != intent
    ] == []


@pytest.mark.parametrize("typed", ["xyzzy plugh", "asdf qwer", "zxcv bnm", "sdkfjh lkj"])
def test_letters_that_mean_nothing_find_nothing_in_a_talk_in_any_language(typed: str) -> None:
    assert {tag: UNDERSTANDING.meaning(typed, tag).topics for tag in FILES} == dict.fromkeys(FILES, ())


def test_every_language_has_words_for_everything() -> None:
    wanted = {*WAYS, "danger", "yes", "no"} - {"resume"}
    assert {tag: wanted - intents.keys() for tag, intents in FILES.items()} == {tag: set() for tag in FILES}
    assert FILES.keys() >= set(our_release().locales)


def test_yes_is_read_in_its_own_language_only() -> None:
    phrases = Phrases({"da": {"no": ["nej"]}, "pl": {"yes": ["tak"]}})
    assert phrases.answer("tak", "pl") == "yes"
    assert phrases.answer("tak", "da") is None


@pytest.mark.parametrize("typed", ["slett", "slet alle", "skjulk", "stopp"])
def test_what_cannot_be_undone_must_be_spelt_right(typed: str) -> None:
    assert Phrases({"da": {"delete": ["slet alt"], "hide": ["skjul"], "stop": ["stop nu"]}}).match_whole(typed) is None


def test_longest_text_is_understood_at_once() -> None:
    text = ("kommunen har skrevet til mig om min sag " * 103)[:4096]
    UNDERSTANDING.intent(text, "da")  # learns
    started = time.perf_counter()
    for _ in range(10):
        UNDERSTANDING.intent(text, "da")
    assert (time.perf_counter() - started) / 10 < 0.1  # most of it is the sense of its beginning


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("مرحبا كيف الحال", "ar"),
        ("jeg har brug for hjælp", "da"),
        ("what can I do about this", "en"),
        ("merhaba yardım istiyorum", "tr"),
        ("qanoq ikiorsinnaavinga aamma kommuni", "kl"),
        ("ok", None),
        ("12.11.", None),
    ],
)
def test_language_is_guessed_or_left_open(typed: str, tag: str | None) -> None:
    assert our_release().guess_locale(typed) == tag


@pytest.mark.parametrize("typed", ["danışman", "danisman", "مستشار", "mustashar"])
def test_the_mere_word_for_an_adviser_is_a_wish(typed: str) -> None:
    assert UNDERSTANDING.intent(typed, None) == "human"


@pytest.mark.parametrize("typed", ["bir danışman hayır dedi", "قال لي مستشار لا"])
def test_a_story_about_an_adviser_is_none(typed: str) -> None:
    assert UNDERSTANDING.intent(typed, None) is None
