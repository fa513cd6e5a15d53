"""The first words of a message show on a locked screen: they must not tell on the person."""

from collections.abc import Iterator, Mapping
from functools import cache

from bot.content.catalog import SOURCE_LOCALE
from bot.content.checks.content import Content
from bot.content.checks.text import forms_of
from bot.content.problem import Problem
from bot.i18n.template import PLACEHOLDER
from bot.understanding.fold import fold

SHOWN = 40  # characters of a notification preview
FIRST_FIELDS = (
    *("say", "title", "short", "opened", "waiting", "reminder", "forgotten"),
    *("open", "close", "today", "passed", "passed_safe"),
)
# Stems that a word begins with, as they are written; one that ends in a space is the whole word. A language without any
# is not looked at.
SENSITIVE: Mapping[str, tuple[str, ...]] = {
    "da": (
        "vold", "slå", "overgreb", "misbrug", "alkohol", "stof", "selvmord", "abort", "hiv", "homoseksu", "krænke",
        "krisecenter", "tæret", "æresrelat", "social kontrol", "fængsel", "gælds", "psyk", "opholdstilladelse",
    ),
    "en": (
        "violen", "abus", "assault", "rape", "addict", "alcohol", "drug", "suicid", "abortion", "hiv ", "homosex",
        "gay ", "shelter", "honour", "social control", "forced marriage", "prison", "debt", "psych", "residence permit",
    ),
    "ar": (
        "عنف", "العنف", "اعتداء", "اغتصاب", "إدمان", "الإدمان", "كحول", "الكحول", "مخدر", "المخدر", "انتحار",
        "الانتحار", "إجهاض", "مثلي", "شرف", "الشرف", "سجن", "السجن", "دين ", "ديون", "الديون", "نفسي", "النفسي",
        "تصريح الإقامة",
    ),
    "tr": (
        "şiddet", "istismar", "tecavüz", "bağımlı", "alkol", "uyuşturucu", "intihar", "kürtaj", "hiv ", "eşcinsel",
        "sığınma evi", "namus", "zorla evlen", "hapis", "hapse", "borç", "borc", "psiki", "psiko", "oturma izni",
    ),
    "kl": (
        "nakuuser", "persutta", "pinngitsaali", "atornerlui", "imigassa", "ikiaroor", "imminor", "naartuers", "hiv ",
        "parnaarussi", "akiitso", "tarnikku", "najugaqarnissamut akuersissu",
    ),
    "so": (
        "rabsha", "xadgud", "kufsi", "maandooriy", "khamri", "isdil", "soo rid", "hiv ", "khaniis", "sharaf", "xabsi",
        "deyn", "dayn", "dhimir", "nafsaani", "sharciga deganaansho",
    ),
    "fa": (
        "خشونت", "تجاوز", "اعتیاد", "معتاد", "الکل", "مواد مخدر", "خودکشی", "سقط جنین", "همجنس", "ناموس",
        "ازدواج اجباری", "زندان", "بدهی ", "بدهکار", "روانی ", "روان پزشک", "اجازه اقامت",
    ),
    "ur": (
        "تشدد", "زیادتی", "نشہ", "نشے", "شراب", "منشیات", "خودکشی", "اسقاط", "ہم جنس", "غیرت", "جبری شادی", "جیل",
        "مقروض", "نفسیاتی", "رہائشی اجازت",
    ),
    "uk": (
        "насил", "знущ", "зґвалт", "залежн", "алкогол", "наркот", "самогуб", "аборт", "віл ", "гомосекс", "честі ",
        "примусов", "тюрм", "в'язниц", "борг", "психі", "психо", "дозвіл на проживання", "посвідк",
    ),
    "pl": (
        "przemoc", "znęca", "gwałt", "uzależn", "alkohol", "narkot", "samobój", "aborc", "hiv ", "homoseks", "honor",
        "przymus", "więzie", "dług ", "długi ", "długów ", "psychi", "psycho", "zezwolenie na pobyt",
    ),
}  # fmt: skip


def check(content: Content) -> Iterator[Problem]:
    texts = content.sources.texts
    for text in texts.values():
        yield from _look(text.key, SOURCE_LOCALE, forms_of(text)[0], text.where, is_warning=False)
    if content.errors_only:
        return
    for tag, catalog in content.catalogs.items():
        for key, translated in catalog.current(texts).items():
            form = translated if isinstance(translated, str) else translated[0]
            yield from _look(key, tag, form, catalog.entries[key].where, is_warning=True)


def _look(key: str, tag: str, form: str, where: str, *, is_warning: bool) -> Iterator[Problem]:
    if key.rpartition("/")[2] not in FIRST_FIELDS:
        return
    start = f" {fold(PLACEHOLDER.sub('', form)[:SHOWN])} "
    found = next((word for word, stem in _stems(tag) if stem in start), None)
    if found is not None:
        what = f"'{key}' has '{found.strip()}' in its first {SHOWN} characters, which show on a locked screen."
        yield Problem(where, "preview", what, "Begin with something harmless.", is_warning=is_warning)


@cache
def _stems(tag: str) -> tuple[tuple[str, str], ...]:
    """Each sensitive word, and what a folded text with a space at both ends holds where a word begins with it."""
    return tuple(
        (word, f" {fold(word)} " if word.endswith(" ") else f" {fold(word)}") for word in SENSITIVE.get(tag, ())
    )
