"""What the checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.articles.fact import Fact
from bot.content.catalog import Catalog
from bot.content.source import Sources


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that was read; `today` is the day for `review_by`."""

    sources: Sources
    facts: Mapping[str, Fact]
    catalogs: Mapping[str, Catalog]
    today: date
