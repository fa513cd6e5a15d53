"""A typed fact: one value, stored once, with where it comes from and how sure it is."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from urllib.parse import urlsplit

from bot.articles.opening_hours import OpeningHours
from bot.dates.deadline import Period

Kind = Literal["phone", "email", "url", "address", "period", "law", "age", "money", "date", "hours"]
Confidence = Literal["high", "medium", "low"]
KINDS = get_args(Kind)
CONFIDENCES = get_args(Confidence)
HOSTING = ("liveserver.nu",)  # machines for hire: such a name does not tell who wrote the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value of the fact base.

    Args:
        name: "social_complaint.period".
        value: None means unknown: it is named as unknown, never guessed. A period, a day and hours are typed, the rest
            is text as it is shown.
        as_of: The source's own date as far as it is known ("2019", "2020-11"), None when undated.
        checked_on, checked_by: Filled by a human check only.
        legal_basis_note: The section number itself was not seen in a source: hidden until a lawyer approves it.
        review_by: After this day somebody must look at it again.
    """

    name: str
    kind: Kind
    value: str | Period | OpeningHours | date | None
    as_of: str | None
    confidence: Confidence
    sources: tuple[str, ...]
    checked_on: date | None = None
    checked_by: str | None = None
    legal_basis_note: str | None = None
    review_by: date | None = None

    @property
    def is_hidden(self) -> bool:
        return self.legal_basis_note is not None and self.checked_by is None


def site_of(source: str) -> str:
    """The site of a source ("ast.dk"), "" where it is no page of the web."""
    return (urlsplit(source).hostname or "").removeprefix("www.")


def is_hosted(site: str) -> bool:
    """Whether the site's name says nothing of who is behind it."""
    return site.endswith(HOSTING)
