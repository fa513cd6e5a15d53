"""A place that helps: its own name stays Danish, what it does is translated, its numbers and hours are facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bot.articles.fact import Confidence

Cost = Literal["free", "partly", "paid"]
Audience = Literal[
    "everyone", "women", "men", "children", "youth", "elderly", "families", "parents", "greenlandic", "refugees",
    "undocumented", "homeless", "lgbt", "disability", "volunteers", "organisations",
]  # fmt: skip
Doubt = Literal["old", "closed?"]
Said = Literal["cost", "anonymous", "referral", "interpreter", "phone"]

COSTS = get_args(Cost)
AUDIENCES = get_args(Audience)
DOUBTS = get_args(Doubt)
SAID = get_args(Said)
CONTACTS = ("phone", "phone_hours", "visit_hours", "address", "email", "url")  # each is the kind of a fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One page of the directory. None means: not known, which is said and never guessed.

    Args:
        name: In Danish, as it stands on the door.
        is_described: It has no name of its own: `name` says what it is, and is translated.
        facts: Names of facts by contact ("phone" -> "lev_uden_vold.phone"); a missing one is not known.
        audiences: For whom; "everyone" where it is not limited.
        languages: Tags of the languages that its own page names; empty when none is named.
        has_interpreter: Its page says that an interpreter can be had.
        doubt: "old" contact data, or it may have "closed?".
        said: What its own text says already; the page does not say it again in its general words.
        as_of: The date of its sources ("2019"), None when undated.
        is_for_staff: For employees of the city only: never offered to a citizen.
    """

    id: str
    name: str
    facts: Mapping[str, str]
    topics: tuple[str, ...] = ()
    confidence: Confidence = "low"
    audiences: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    has_interpreter: bool = False
    cost: Cost | None = None
    is_anonymous: bool | None = None
    needs_referral: bool | None = None
    doubt: Doubt | None = None
    said: frozenset[Said] = frozenset()
    is_for_staff: bool = False
    is_described: bool = False
    as_of: str | None = None
    sources: tuple[str, ...] = ()
