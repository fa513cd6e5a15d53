from datetime import UTC, datetime
from typing import Any

from bot.articles.directory import audiences_of, filter_services, services_on
from bot.articles.fact import Fact
from bot.articles.opening_hours import read_hours
from bot.articles.service import Service

TUESDAY_NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 2, tzinfo=UTC)

FACTS = {
    name: Fact(
        name=name, kind="hours", value=read_hours(hours), as_of=None, confidence="high", sources=("https://x.dk",)
    )
    for name, hours in {"day.phone_hours": "Mon-Fri 9-15", "always.phone_hours": "24/7"}.items()
}


def service(id: str, **fields: Any) -> Service:
    return Service(id=id, name=id.title(), **{"facts": {}, "topics": ("food",), **fields})


SERVICES = {
    each.id: each
    for each in (
        service("unknown", confidence="low"),
        service("day", confidence="medium", facts={"phone_hours": "day.phone_hours"}, languages=("ar", "da")),
        service("always", confidence="high", facts={"phone_hours": "always.phone_hours"}, has_interpreter=True),
        service("women", confidence="high", audiences=frozenset({"women"})),
        service("staff", confidence="high", is_for_staff=True),
        service("elsewhere", topics=("housing",)),
    )
}


def fits(**wanted: Any) -> tuple[str, ...]:
    named = {"open_at": None, "locale": None, "audience": "everyone", **wanted}
    return filter_services((SERVICES[id] for id in services_on(("food",), SERVICES)), FACTS, **named)


def test_the_surest_come_first_and_what_is_for_staff_never() -> None:
    assert services_on(("food",), SERVICES) == ("always", "women", "day", "unknown")


def test_open_now_means_known_to_be_open() -> None:
    assert fits(open_at=TUESDAY_NOON) == ("always", "day")
    assert fits(open_at=NIGHT) == ("always",)


def test_my_language_means_named_or_an_interpreter() -> None:
    assert fits(locale="ar") == ("always", "day")
    assert fits(locale="kl") == ("always",)


def test_for_whom() -> None:
    assert fits(audience="women") == ("women",)
    assert audiences_of(SERVICES.values()) == ("women",)
