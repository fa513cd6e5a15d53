"""Bad edits of the project's own content, more than 500 in named categories: each is caught where it was made."""

import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache

import pytest

from bot.content.build import build_facts
from bot.content.catalog import Catalog, Translated, read_catalogs
from bot.content.checks import Content, field, preview, text, translation
from bot.content.checks.length import find_too_long
from bot.content.source import Sources, SourceText, read_sources
from bot.content.workbench import forms_in
from bot.i18n.plural import categories
from bot.i18n.template import PLACEHOLDER
from tests.support.content import ROOT, TODAY, our_release

SEED = 20261126
TAGS = ("en", "ar", "tr")
EACH = 40  # edits of a category and kind

Bad = tuple[str, str]  # the code that must be found, what the text becomes


@cache
def our_content() -> Content:
    sources = read_sources(ROOT)
    facts, _ = build_facts(sources)
    catalogs, _ = read_catalogs(ROOT, sources)
    return Content(sources, facts, {tag: catalogs[tag] for tag in TAGS}, TODAY)


def somewhere(form: str, put: str, chance: random.Random) -> str:
    """A word put between two words, outside of values and markup."""
    places = [match.end() for match in re.finditer(r"\w(?=\s)", PLACEHOLDER.sub(lambda m: "\0" * len(m[0]), form))]
    place = chance.choice([0, *places])
    return f"{form[:place]} {put} {form[place:]}"


def mistyped(name: str, chance: random.Random) -> str:
    place = chance.randrange(len(name))
    return name[:place] + chance.choice("qxz") + name[place:]


# --- one text, made wrong -------------------------------------------------------------------------


def placeholder_missing(form: str, chance: random.Random) -> Bad | None:
    names = PLACEHOLDER.findall(form)
    without = form.replace(f"{{{chance.choice(names)}}}", "", 1) if names else ""
    return ("placeholder-missing", without) if without.strip() else None  # an empty text waits for its translator


def placeholder_extra(form: str, chance: random.Random) -> Bad | None:
    return "placeholder-extra", somewhere(form, chance.choice(["{name}", "{emergency.number}", "{safe_day}"]), chance)


def placeholder_mistyped(form: str, chance: random.Random) -> Bad | None:
    names = PLACEHOLDER.findall(form)
    if not names:
        return None
    name = chance.choice(names)
    return "placeholder-missing", form.replace(f"{{{name}}}", f"{{{mistyped(name, chance)}}}", 1)


def placeholder_of_python(form: str, chance: random.Random) -> Bad | None:
    attack = chance.choice(["{0.__class__}", "{}", "{Name}", "{name!r}", "{name:>9}", "{a[0]}", "{", "}"])
    return "placeholder-shape", somewhere(form, attack, chance)


def tag(form: str, chance: random.Random) -> Bad | None:
    return "tag", somewhere(form, chance.choice(["<b>x</b>", '<a href="x">', "<script>", "</i>", "<br/>"]), chance)


def number(form: str, chance: random.Random) -> Bad | None:
    digits = "".join(chance.choice("23456789") for _ in range(8))
    typed = chance.choice([digits, f"{digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"])
    return "number-differs", somewhere(form, typed, chance)


def bidi(form: str, chance: random.Random) -> Bad | None:
    return "bidi-control", somewhere(form, chance.choice("\u200e\u200f\u061c\u202a\u202e\u2066\u2069") + "x", chance)


def markup(form: str, chance: random.Random) -> Bad | None:
    return "markup-open", somewhere(form, chance.choice(["**", "`"]), chance)


TRANSLATED = (
    placeholder_missing,
    placeholder_extra,
    placeholder_mistyped,
    placeholder_of_python,
    tag,
    number,
    bidi,
    markup,
)


@pytest.mark.parametrize("make", TRANSLATED, ids=lambda make: str(make.__name__))
def test_bad_translation_is_caught(make: Callable[[str, random.Random], Bad | None]) -> None:
    content, chance = our_content(), random.Random(f"{SEED} {make.__name__}")
    wanted: set[tuple[str, str, str]] = set()
    catalogs: dict[str, Catalog] = {}
    for locale in TAGS:
        entries = dict(content.catalogs[locale].entries)
        current = content.catalogs[locale].current(content.sources.texts)
        keys = [key for key, said in current.items() if isinstance(said, str)]
        chance.shuffle(keys)
        made = 0
        for key in keys:
            bad = make(forms_in(entries[key].text)[0], chance)
            if bad is not None and made < EACH // len(TAGS) + 1:
                entries[key] = replace(entries[key], text=bad[1])
                wanted.add((bad[0], entries[key].where, key))
                made += 1
        catalogs[locale] = Catalog(locale, entries)
    assert len(wanted) >= EACH
    problems = list(translation.check(replace(content, catalogs=catalogs)))
    said = [(problem.code, problem.where, problem.what) for problem in problems]
    caught = {each for each in wanted if any(each[:2] == found[:2] and f"'{each[2]}'" in found[2] for found in said)}
    assert caught == wanted
    assert {problem.where for problem in problems if not problem.is_warning} == {where for _, where, _ in wanted}


def test_wrong_count_of_plural_forms_is_caught() -> None:
    content = our_content()
    bad = 0
    for locale in TAGS:
        for key, entry in content.catalogs[locale].entries.items():
            source = content.sources.texts.get(key)
            if source is None or not isinstance(source.text, tuple) or entry.is_empty:
                continue
            for count in {*range(1, 8)} - {len(categories(locale))}:
                forms = (entry.text * 8)[:count] if isinstance(entry.text, tuple) else (entry.text,) * count
                codes = {code for code, _, _ in translation.find_differences(locale, source, forms)}
                assert codes == {"plural-count"}, (locale, key, count)
                bad += 1
    assert bad >= EACH


# --- the Danish, made wrong ------------------------------------------------------------------------


def source_number(form: str, chance: random.Random) -> Bad | None:
    one, two = chance.randrange(2, 90), chance.randrange(10, 99)
    typed = [f"{two} {two} {two} {two}", f"inden {one} uger", f"§ {one}", f"{two} kr.", "www.example.org", f"{one} år"]
    return "number-no-fact", somewhere(form, chance.choice(typed), chance)


def source_name(form: str, chance: random.Random) -> Bad | None:
    return "placeholder-unknown", somewhere(form, f"{{{mistyped('safe_day', chance)}}}", chance)


def source_fact(form: str, chance: random.Random) -> Bad | None:
    return "fact-unknown", somewhere(form, f"{{emergency.{mistyped('number', chance)}}}", chance)


DANISH = (source_number, source_name, source_fact, placeholder_of_python, tag, bidi, markup)


def with_texts(sources: Sources, texts: dict[str, str]) -> Sources:
    changed: dict[str, SourceText] = {key: replace(sources.texts[key], text=said) for key, said in texts.items()}
    return replace(sources, texts={**sources.texts, **changed})


@pytest.mark.parametrize("make", DANISH, ids=lambda make: str(make.__name__))
def test_bad_danish_is_caught(make: Callable[[str, random.Random], Bad | None]) -> None:
    content, chance = our_content(), random.Random(f"{SEED} da {make.__name__}")
    texts = {key: each.text for key, each in content.sources.texts.items() if isinstance(each.text, str)}
    wanted = {}
    for key in chance.sample(sorted(texts), EACH):
        bad = make(texts[key], chance)
        assert bad is not None
        wanted[key] = bad
    changed = with_texts(content.sources, {key: said for key, (_, said) in wanted.items()})
    found = list(text.check(replace(content, sources=changed)))
    for key, (code, _) in wanted.items():
        assert any(problem.code == code and f"'{key}'" in problem.what for problem in found), (key, wanted[key])


def test_sensitive_first_words_are_caught() -> None:
    content, chance = our_content(), random.Random(SEED)
    shown = [key for key in content.sources.texts if key.rpartition("/")[2] in preview.FIRST_FIELDS]
    words = ["Vold", "Overgreb", "Misbrug", "Selvmord", "Alkohol", "Krænket", "Psykisk", "HIV"]
    texts = {key: f"{chance.choice(words)} derhjemme" for key in chance.sample(shown, EACH)}
    found = list(preview.check(replace(content, sources=with_texts(content.sources, texts))))
    assert {key for key in texts if any(f"'{key}'" in problem.what for problem in found)} == set(texts)


@pytest.mark.parametrize("tag", our_release().locales[1:])
def test_sensitive_first_words_of_a_translation_are_caught(tag: str) -> None:
    content, chance = our_content(), random.Random(f"{SEED} {tag}")
    catalog = read_catalogs(ROOT, content.sources, {tag})[0][tag]
    shown = [key for key in catalog.entries if key.rpartition("/")[2] in preview.FIRST_FIELDS]
    words = {key: chance.choice(preview.SENSITIVE[tag]).upper() for key in chance.sample(sorted(shown), EACH)}
    changed = {key: replace(catalog.entries[key], text=f"Aaa {word} bbb") for key, word in words.items()}
    only = {tag: replace(catalog, entries={**catalog.entries, **changed})}
    found = list(preview.check(replace(content, catalogs=only)))
    assert {problem.where for problem in found} == {entry.where for entry in changed.values()}


def choices_of(sources: Sources) -> Iterator[tuple[str, int]]:
    for id, node in sources.nodes.items():
        yield from ((id, number) for number in range(len(node.get("choices") or ())))


@pytest.mark.parametrize(
    ("what", "code"), [("goto", "goto-unknown"), ("label", "choice-shape"), ("id", "choice-shape")]
)
def test_button_to_nowhere_or_without_a_part_is_caught(what: str, code: str) -> None:
    content, chance = our_content(), random.Random(f"{SEED} {what}")
    places = chance.sample(list(choices_of(content.sources)), EACH)
    nodes = deepcopy(content.sources.nodes)
    for id, number in places:
        choice = nodes[id]["choices"][number]
        if what == "goto":
            choice["goto"] = f"{choice['goto']}x"
        else:
            del choice[what]
    found = list(field.check(replace(content, sources=replace(content.sources, nodes=nodes))))
    for id, _ in places:
        assert any(problem.code == code and f"'{id}'" in problem.what for problem in found), id


@pytest.mark.parametrize("part", ["say", "choices"])
def test_over_length_is_caught(part: str) -> None:
    """A text beyond what Telegram takes, a button that phones cut: on the screen that shows it."""
    release, chance = our_release(), random.Random(f"{SEED} {part}")
    sources = our_content().sources
    keys = [key for key in release.messages["da"] if key.startswith(tuple(f"{id}/{part}" for id in sources.nodes))]
    chosen = chance.sample(keys, EACH)
    long = "W" * (5000 if part == "say" else 61)
    messages: dict[str, Translated] = {**release.messages["en"], **dict.fromkeys(chosen, long)}
    changed = replace(
        release,
        locales=("da", "en"),
        messages={"da": release.messages["da"], "en": messages},
        _ready={},
        _labels={},
        _rights_texts=set(),
    )
    found = list(find_too_long(changed, sources))
    for key in chosen:
        node = "/".join(key.split("/")[:2])
        assert any(problem.code == "too-long" and f"'{node}' in 'en'" in problem.what for problem in found), key


def test_there_are_five_hundred_of_them() -> None:
    assert EACH * (len(TRANSLATED) + len(DANISH) + 3 + 1 + 1 + 2) >= 500
