"""What is different between two states of the content, told text by text: for whoever publishes, and for history."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.content.catalog import SOURCE_LOCALE, Translated
from bot.content.source import SourceText
from bot.content.workbench import State, Workbench, flow_of
from bot.engine.flow import NODE_KINDS

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text that citizens of one language read otherwise; None where there is none (Danish is shown instead)."""

    tag: str
    key: str
    before: Translated | None
    after: Translated | None

    @property
    def flow(self) -> str:
        return flow_of(self.key)


@dataclass(frozen=True, slots=True)
class ThingChange:
    """A fact, node, service or list of phrases: the fields that differ, before and after; None where it was not."""

    kind: str
    name: str
    before: Fields | None
    after: Fields | None


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs.

    Args:
        approved: (locale, key) that are approved now and were not.
        unapproved: The opposite.
    """

    texts: tuple[TextChange, ...]
    things: tuple[ThingChange, ...]
    approved: tuple[tuple[str, str], ...]
    unapproved: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.texts or self.things or self.approved or self.unapproved)

    @property
    def languages(self) -> tuple[str, ...]:
        """Whose readers see other words."""
        return tuple(dict.fromkeys(change.tag for change in self.texts))

    @property
    def flows(self) -> tuple[str, ...]:
        """Flows and articles that change, for any reader."""
        nodes = (change.name.partition("/")[0] for change in self.things if change.kind == "node")
        return tuple(dict.fromkeys([*(change.flow for change in self.texts), *nodes]))

    def texts_in(self, tag: str) -> tuple[TextChange, ...]:
        return tuple(change for change in self.texts if change.tag == tag)


def compare(before: Workbench, after: Workbench) -> Difference:
    """From one state to a later one; the texts in the order of the files, Danish first."""
    tags = dict.fromkeys([*after.tags, *before.tags])
    was, now = before.sources.texts, after.sources.texts
    danish = {
        key for key in was.keys() | now.keys() if key not in was or key not in now or was[key].text != now[key].text
    }
    approved, unapproved = _approvals(before), _approvals(after)
    return Difference(
        texts=tuple(change for tag in tags for change in _texts(tag, before, after, danish)),
        things=tuple(_things(before, after)),
        approved=tuple(sorted(unapproved - approved)),
        unapproved=tuple(sorted(approved - unapproved)),
    )


def _texts(tag: str, before: Workbench, after: Workbench, danish: Collection[str]) -> Iterator[TextChange]:
    """Args: danish: Keys of the texts whose Danish differs."""
    is_same = tag in before.catalogs and before.catalogs[tag] is after.catalogs.get(tag)
    old, new = (_shown(tag, bench, danish if is_same else None) for bench in (before, after))
    for key in dict.fromkeys([*new, *old]):
        if old.get(key) != new.get(key):
            yield TextChange(tag, key, old.get(key), new.get(key))


def _shown(tag: str, bench: Workbench, keys: Collection[str] | None) -> dict[str, Translated]:
    """What citizens read, of all texts or of these; a stale translation is not shown."""
    texts: Mapping[str, SourceText] = bench.sources.texts
    if keys is not None:
        texts = {key: texts[key] for key in keys if key in texts}
    if tag == SOURCE_LOCALE:
        return {key: text.text for key, text in texts.items()}
    return bench.catalogs[tag].current(texts) if tag in bench.catalogs else {}


def _approvals(bench: Workbench) -> set[tuple[str, str]]:
    return {
        (tag, key) for tag in bench.tags for key, entry in bench.entries(tag).items() if entry.state is State.APPROVED
    }


def _things(before: Workbench, after: Workbench) -> Iterator[ThingChange]:
    for kind, old, new in (
        ("fact", before.sources.facts, after.sources.facts),
        ("node", before.sources.nodes, after.sources.nodes),
        ("service", before.sources.services, after.sources.services),
        ("phrases", before.sources.phrases, after.sources.phrases),
    ):
        for name in dict.fromkeys([*new, *old]):
            was, now = _plain(kind, old.get(name)), _plain(kind, new.get(name))
            if was != now:
                yield ThingChange(kind, name, *_differing(was, now))


def _plain(kind: str, fields: Any) -> dict[str, Any] | None:
    """Fields without their texts, which are compared language by language."""
    if fields is None:
        return None
    if kind == "node":
        return dict(_node(fields))
    return {name: value for name, value in fields.items() if (kind, name) != ("service", "what")}


def _node(fields: Fields) -> Iterator[tuple[str, Any]]:
    kind = NODE_KINDS[fields["kind"]]
    shapes = {**kind.required, **kind.optional}
    for name, value in fields.items():
        if shapes.get(name) == "choices" and isinstance(value, list):
            choices = [choice for choice in value if isinstance(choice, dict)]
            yield name, [{part: choice[part] for part in choice if part != "label"} for choice in choices]
        elif shapes.get(name) != "text":
            yield name, value


def _differing(was: Fields | None, now: Fields | None) -> tuple[Fields | None, Fields | None]:
    if was is None or now is None:
        return was, now
    names = [name for name in dict.fromkeys([*now, *was]) if was.get(name) != now.get(name)]
    return {name: was.get(name) for name in names}, {name: now.get(name) for name in names}
