"""One release: all content, checked and frozen. Implements what engine and runner need from it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.articles import directory
from bot.articles.fact import Fact, is_hosted, site_of
from bot.articles.service import Service
from bot.content.catalog import Translated
from bot.content.service_page import service_page
from bot.dates.deadline import COPENHAGEN, Period
from bot.engine.effects import Month, Param, Text, Weekday
from bot.engine.flow import Node, ServiceFilter
from bot.engine.nodes.article import Article
from bot.i18n.address import readable_address
from bot.i18n.day import calendar_date, full_date, month_name, weekday_letter
from bot.i18n.language import is_right_to_left
from bot.i18n.number import grouped, kroner, phone, sections
from bot.i18n.plural import form
from bot.i18n.render import Rendered, fill, join
from bot.i18n.template import RIGHT_TO_LEFT, directed, placeholders
from bot.understanding.cpr import mask_cpr
from bot.understanding.fold import fold
from bot.understanding.meaning import Understanding

KEYBOARD = (("menu", "human"), ("language", "help", "hide"))  # ways, as they stand on the reply keyboard
_LAW_AND = re.compile(r"(?<!-) og ")  # not "klage- og erstatningsadgang", one law's name
_SOURCE_LINE = re.compile(RIGHT_TO_LEFT + r"?\{([a-z0-9_]+)\.source\}")


@dataclass(frozen=True)
class Release:
    """Everything of one state of the content.

    Args:
        digest: Hash of all files it was made of, in hex.
        locales: Tags, the source language first.
        messages: Per locale, per key, the text or its plural forms.
        rights: Ids of nodes that tell about rights.
        approved: (locale, key) of texts that a named human approved as they stand now.
        kept: How long things are kept here, by the names that texts use ("kept.tickets").
        approved_only: Texts about rights are shown in Danish where their translation is not approved.
    """

    digest: str
    locales: Sequence[str]
    nodes: Mapping[str, Node]
    moved: Mapping[str, str]
    messages: Mapping[str, Mapping[str, Translated]]
    facts: Mapping[str, Fact]
    services: Mapping[str, Service]
    rights: frozenset[str]
    approved: frozenset[tuple[str, str]]
    understanding: Understanding
    kept: Mapping[str, Period]
    approved_only: bool = False
    _ready: dict[tuple[str, str], Rendered] = field(default_factory=dict, repr=False)
    _labels: dict[str, str] = field(default_factory=dict, repr=False)
    _rights_texts: set[str] = field(default_factory=set, repr=False)
    _shown_by: dict[str, str] = field(default_factory=dict, repr=False)
    _sourced: dict[str, Fact] = field(default_factory=dict, repr=False)  # by group: its first fact with a source

    def __post_init__(self) -> None:
        for name, fact in self.facts.items():
            if fact.sources:
                self._sourced.setdefault(name.partition(".")[0], fact)
        self._rights_texts.update(key for id in self.rights for key in self.nodes[id].texts())
        for node in self.nodes.values():
            if isinstance(node, Article):
                self._shown_by.setdefault(node.article, node.id)
        for locale in self.locales:
            for row in KEYBOARD:
                for way in row:
                    self._labels[fold(self.label(f"common/keyboard_{way}", locale))] = way

    # --- what the engine looks up -----------------------------------------------------------------

    def label(self, key: str, locale: str | None) -> str:
        return self.render(Text(key), locale or self.locales[0]).text

    def keys(self, prefix: str) -> list[str]:
        return [key for key in self.messages[self.locales[0]] if key.startswith(prefix)]

    def intent(self, typed: str, locale: str | None) -> str | None:
        return self._labels.get(fold(typed)) or self.understanding.intent(typed, locale)

    def think_about(self, text: str) -> None:
        self.understanding.think_about(text)

    def is_at_hand(self, text: str) -> bool:
        return self.understanding.is_at_hand(text)

    def guess_locale(self, typed: str) -> str | None:
        guess = self.understanding.guess_locale(typed)
        return guess if guess in self.locales else None

    def topics(self, typed: str, locale: str | None) -> tuple[tuple[str, str], ...]:
        found = self.understanding.meaning(typed, locale).topics
        return tuple((article, self._shown_by[article]) for article in found if article in self._shown_by)

    def filter_services(self, services: Sequence[str], wanted: ServiceFilter) -> tuple[str, ...]:
        return directory.filter_services(
            (self.services[service] for service in services),
            self.facts,
            open_at=wanted.open_at,
            locale=wanted.locale,
            audience=wanted.audience,
        )

    def audiences_of(self, services: Sequence[str]) -> tuple[str, ...]:
        return directory.audiences_of(self.services[service] for service in services)

    def has_phone(self, service: str) -> bool:
        return "phone" in self.services[service].facts

    def understood(self, typed: str, locale: str | None) -> dict[str, Any]:
        """Everything that the bot understands of a text, as plain values, for measuring it from outside."""
        meaning = self.understanding.meaning(typed, locale)
        return {
            "lang_detected": meaning.locale or locale,
            "topics": [article for article, _ in self.topics(mask_cpr(typed), locale)],
            "emergency": meaning.is_danger,
            "pii": meaning.has_cpr,
            "handoff": meaning.wants_human,
        }

    # --- what the runner shows --------------------------------------------------------------------

    def keyboard(self, locale: str) -> list[list[str]]:
        return [[self.label(f"common/keyboard_{way}", locale) for way in row] for row in KEYBOARD]

    def shows_draft_label(self, keys: tuple[str, ...], shown: str, locale: str) -> bool:
        return shown in self.rights and any((locale, key) not in self.approved for key in keys)

    def render(self, text: Text, locale: str) -> Rendered:
        """The text in that locale, all in Danish where it has none; values inserted and isolated."""
        if text.params:
            return self._render(text, self._spoken(text.key, locale))
        ready = self._ready.get((text.key, locale))
        if ready is None:
            ready = self._ready[text.key, locale] = self._render(text, self._spoken(text.key, locale))
        return ready

    def _spoken(self, key: str, locale: str) -> str:
        return locale if self._speaks(key, locale) else self.locales[0]

    def _render(self, text: Text, locale: str) -> Rendered:
        kind, _, rest = text.key.partition("/")
        if kind == "fact":
            return self._fact_alone(rest, locale)
        if kind == "service":
            id, _, part = rest.partition("/")
            service = self.services[id]
            if part == "page":
                return self._service_page(service, text.params["at"], locale)
            if part == "name" and not service.is_described:
                return Rendered(service.name)
            if part in service.facts:
                return self._fact_alone(service.facts[part], locale)
        message = self._each_source_once(self._message(text, locale), locale)
        values = {name: self._value(name, text.params, locale) for name in set(placeholders(message))}
        return fill(message, {name: value for name, value in values.items() if value is not None})

    def _speaks(self, key: str, locale: str) -> bool:
        """Whether a text is shown in that locale; pages that are put together speak every language."""
        source = self.locales[0]
        if locale == source or key not in self.messages[source]:
            return True
        if self.approved_only and key in self._rights_texts and (locale, key) not in self.approved:
            return False
        return key in self.messages[locale]

    def _message(self, text: Text, locale: str) -> str:
        message = self.messages[locale][text.key]
        if not isinstance(message, str):
            number = next((value for value in text.params.values() if isinstance(value, int)), 0)
            message = message[form(locale, number)]
        return directed(message) if is_right_to_left(locale) else message

    def _value(self, name: str, params: Mapping[str, Param], locale: str) -> str | Rendered | None:
        if name in params:
            return self._shown(params[name], locale)
        return self._fact(name, locale) if "." in name else None

    def _shown(self, value: Param, locale: str) -> str | Rendered:
        match value:
            case Text():
                return self.render(value, value.locale or locale)
            case Month(first=first):
                return month_name(first, locale)
            case Weekday(number=number):
                return weekday_letter(number, locale)
            case datetime():
                return f"{value.astimezone(COPENHAGEN):%-H:%M}"
            case date():
                return full_date(value, locale)
            case int():
                return grouped(value, locale)
            case str():
                return value

    def _fact(self, name: str, locale: str) -> str | Rendered | None:
        if name in self.kept:
            return self._period(self.kept[name], locale)
        if name.endswith(".source"):
            return self._source(name.removesuffix(".source"), locale)
        fact = self.facts.get(name)
        if fact is None:
            return None
        if fact.value is None or fact.is_hidden:
            return self.render(Text("common/unknown"), locale)
        if isinstance(fact.value, Period):
            return self._period(fact.value, locale)
        value = self._worded(fact, locale)
        return self._shown(Text("common/unsure", {"value": value}) if fact.confidence == "low" else value, locale)

    @staticmethod
    def _worded(fact: Fact, locale: str) -> Param:
        """A fact's value with the words of the language: the amount is Danish kroner, the law's "og" is no name."""
        if isinstance(fact.value, date):
            return calendar_date(fact.value, locale)
        written = str(fact.value)
        match fact.kind:
            case "phone":
                return phone(written)
            case "url":
                return readable_address(written)
            case "money" if (amount := kroner(written)) is not None:
                return Text("common/kroner", {"n": amount})
            case "law" if len(parts := _LAW_AND.split(sections(written))) == 2:
                return Text("common/law_and", {"first": parts[0], "second": parts[1]})
            case "law":
                return sections(written)
            case _:
                return written

    def _period(self, period: Period, locale: str) -> Rendered:
        return self.render(Text(f"common/{period.unit}", {"n": period.length}), locale)

    def _fact_alone(self, name: str, locale: str) -> Rendered:
        shown = self._fact(name, locale)
        assert shown is not None, f"the checks refuse a fact that nobody wrote: {name}"
        return Rendered(shown) if isinstance(shown, str) else shown

    def _source(self, group: str, locale: str) -> Rendered | None:
        """Where a group of facts comes from: its first fact that has a source speaks for it."""
        fact = self._sourced.get(group)
        return None if fact is None else self._source_line(fact.sources[0], fact.as_of, locale)

    def _source_line(self, source: str, as_of: str | None, locale: str) -> Rendered:
        named = site_of(source)
        site: str | Text = named or Text("common/source_letter")
        if is_hosted(named):
            site = Text("common/source_unnamed")
        if as_of is None:
            return self.render(Text("common/source_undated", {"site": site}), locale)
        return self.render(Text("common/source_dated", {"site": site, "date": as_of}), locale)

    def _each_source_once(self, message: str, locale: str) -> str:
        """Without the lines that name a source again: several groups of facts may come from one page."""
        if message.count(".source}") < 2:
            return message
        said: set[Rendered | None] = set()
        lines = []
        for line in message.split("\n"):
            if (found := _SOURCE_LINE.fullmatch(line)) is not None:
                source = self._source(found[1], locale)
                if source in said:
                    continue
                said.add(source)
            lines.append(line)
        return "\n".join(lines)

    def _service_page(self, service: Service, at: Param, locale: str) -> Rendered:
        assert isinstance(at, datetime)
        parts = service_page(service, self.facts, at, locale, lambda text: self.render(text, locale))
        source = self._source(service.id.replace("-", "_"), locale) or self._source_of(service, locale)
        return join([*parts, source])

    def _source_of(self, service: Service, locale: str) -> Rendered:
        """Contacts that all belong to others: the first of these speaks for the place. No contacts: its own sources."""
        group = next(iter(service.facts.values()), "").partition(".")[0]
        return self._source(group, locale) or self._source_line(service.sources[0], service.as_of, locale)
