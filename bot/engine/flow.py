"""What a flow is made of: nodes of a few kinds, choices between them, and the turn that a node answers with."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from bot.engine.effects import Effect
from bot.engine.session import Session


@dataclass(frozen=True, slots=True)
class Choice:
    """A labelled way out of a node. `id` is stable and short: it travels in a button's 64 bytes."""

    id: str
    label: str  # text key
    goto: str  # node id


@dataclass(frozen=True, slots=True)
class Turn:
    """The new session and what shall happen. With `goto` the engine goes on and enters that node at once."""

    session: Session
    effects: tuple[Effect, ...] = ()
    goto: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """The person typed an answer to the node."""

    text: str


@dataclass(frozen=True, slots=True)
class Picked:
    """The person pressed the button of the node that has this choice id."""

    choice: str


Reply = Typed | Picked


class Node(Protocol):
    """One place in a flow. What a kind needs stands in its own file in `nodes/`.

    A node never talks to the world: it gets the session and what it may look up, and answers with a turn.
    """

    kind: ClassVar[str]
    keeps: ClassVar[bool]  # its message stays in the chat when a button of it is pressed

    @property
    def id(self) -> str: ...

    def enter(self, session: Session, assets: "Assets") -> Turn:
        """The person arrives (the session is already here): show something and wait, or `goto` on."""

    def receive(self, session: Session, reply: Reply, assets: "Assets") -> Turn | None:
        """The person answered. None means: not understood."""

    def gotos(self) -> tuple[str, ...]:
        """All nodes that this one can lead to, for checks and the map."""

    def texts(self) -> tuple[str, ...]:
        """Keys of all texts that this node shows."""


@dataclass(frozen=True, slots=True)
class ServiceFilter:
    """What a person wants of a service.

    Args:
        open_at: Open at this aware time, as far as is known; None for any hours.
        locale: Its page names this language, or an interpreter; None for any.
        audience: Made for these people ("women"); "everyone" does not narrow.
    """

    open_at: datetime | None = None
    locale: str | None = None
    audience: str = "everyone"


class Assets(Protocol):
    """What the engine may look up: one immutable release, handed in as a value."""

    @property
    def locales(self) -> Sequence[str]:
        """Tags of all languages, in the order of the picker; the first is the source language."""

    @property
    def nodes(self) -> Mapping[str, Node]:
        """All nodes by id ("complaint/date")."""

    @property
    def moved(self) -> Mapping[str, str]:
        """Where sessions and buttons of removed nodes go now."""

    def label(self, key: str, locale: str | None) -> str:
        """A short text without placeholders in that locale, Danish where it has none."""

    def intent(self, typed: str, locale: str | None) -> str | None:
        """What a typed text means wherever it is typed: "danger", "human", "menu", … or None."""

    def topics(self, typed: str, locale: str | None) -> tuple[tuple[str, str], ...]:
        """What a typed text may be about, best first: ids of articles, each with the node that shows it."""

    def guess_locale(self, typed: str) -> str | None:
        """The language that a text seems to be written in, if we have it."""

    def filter_services(self, services: Sequence[str], wanted: ServiceFilter) -> tuple[str, ...]:
        """Those of the services that fit, in the same order."""

    def audiences_of(self, services: Sequence[str]) -> tuple[str, ...]:
        """For whom some of these services are made especially, in a fixed order."""

    def has_phone(self, service: str) -> bool:
        """Whether a service has a number that can be copied."""


@dataclass(frozen=True, slots=True)
class NodeSource:
    """What the loader hands to a kind: the node's id, its YAML fields, and a way to look things up.

    `key(field)` gives the text key of a field ("complaint/date/say"); `goto(name)` the full id of a node that
    the YAML names in short ("how" in flow complaint -> "complaint/how"); `choices(field)` reads a list of choices.
    """

    id: str
    fields: Mapping[str, Any]
    knowledge: "Knowledge"

    def key(self, name: str) -> str:
        return f"{self.id}/{name}"

    def goto(self, name: str) -> str:
        return name if "/" in name else f"{self.id.partition('/')[0]}/{name}"

    def choices(self, name: str = "choices") -> tuple[Choice, ...]:
        return tuple(
            Choice(choice["id"], self.key(f"{name}/{choice['id']}"), self.goto(choice["goto"]))
            for choice in self.fields.get(name, ())
        )


class Knowledge(Protocol):
    """What a node may need from the knowledge when it is built; unknown names are found by the checks before."""

    def period(self, fact: str) -> Any:
        """A `dates.deadline.Period` by the name of a fact."""

    def article_sections(self, article: str) -> tuple[str, ...]:
        """Ids of an article's sections, in order."""

    def services_on(self, topics: Sequence[str]) -> tuple[str, ...]:
        """Ids of all services on any of the topics, those that are surest first."""


FieldKind = str  # "text", "goto", "choices", "name", "fact", "article", "services", "topics", "cases", "bool", "days"


@dataclass(frozen=True, slots=True)
class NodeKind:
    """A kind as the loader sees it: how to build a node, and which YAML fields it takes."""

    name: str
    build: Callable[[NodeSource], Node]
    required: Mapping[str, FieldKind]
    optional: Mapping[str, FieldKind]


NODE_KINDS: dict[str, NodeKind] = {}


def node_kind(
    name: str, *, required: Mapping[str, FieldKind], optional: Mapping[str, FieldKind] | None = None
) -> Callable[[type[Any]], type[Any]]:
    """Register a kind under the name that it has in the YAML; a name taken twice is a bug."""

    def register(kind: type[Any]) -> type[Any]:
        if name in NODE_KINDS:
            raise ValueError(f"node kind {name!r} exists already")
        kind.kind = name
        NODE_KINDS[name] = NodeKind(name, kind.build, required, optional or {})
        return kind

    return register


def find_choice(choices: Collection[Choice], choice_id: str) -> Choice | None:
    return next((choice for choice in choices if choice.id == choice_id), None)
