"""What the checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.articles.fact import Fact
from bot.content.catalog import Catalog
from bot.content.source import Sources


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that was read.

    Args:
        today: The day for `review_by`.
        errors_only: What only warns need not be looked for: a start does not wait for it.
    """

    sources: Sources
    facts: Mapping[str, Fact]
    catalogs: Mapping[str, Catalog]
    today: date
    errors_only: bool = False
