"""Which services fit what a person wants. What is not known of a service never makes it fit."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.articles.fact import CONFIDENCES, Fact
from bot.articles.opening_hours import OpeningHours, status
from bot.articles.service import AUDIENCES, Service

EVERYONE = "everyone"


def services_on(topics: Sequence[str], services: Mapping[str, Service]) -> tuple[str, ...]:
    """Ids of all services on any of the topics, the surest first, then by name."""
    wanted = set(topics)
    found = (service for service in services.values() if wanted & set(service.topics) and not service.is_for_staff)
    return tuple(service.id for service in sorted(found, key=_sureness))


def _sureness(service: Service) -> tuple[int, int, str]:
    return CONFIDENCES.index(service.confidence), service.doubt is not None, service.name


def filter_services(
    services: Iterable[Service],
    facts: Mapping[str, Fact],
    *,
    open_at: datetime | None,
    locale: str | None,
    audience: str,
) -> tuple[str, ...]:
    """Ids of those that fit, in the same order.

    Args:
        open_at: Known to be open at this aware time; None for any hours.
        locale: Names this language or an interpreter; None for any.
        audience: Made for these people; "everyone" does not narrow.
    """
    return tuple(
        service.id
        for service in services
        if (open_at is None or is_open(service, facts, open_at))
        and (locale is None or service.has_interpreter or locale in service.languages)
        and (audience == EVERYONE or audience in service.audiences)
    )


def is_open(service: Service, facts: Mapping[str, Fact], at: datetime) -> bool:
    """Whether it is known that one can call or come at that time."""
    return any(status(hours, at).is_open for hours in hours_of(service, facts).values())


def hours_of(service: Service, facts: Mapping[str, Fact]) -> dict[str, OpeningHours]:
    """What is known of its hours, by "phone_hours" and "visit_hours"."""
    found = {}
    for contact in ("phone_hours", "visit_hours"):
        fact = facts.get(service.facts.get(contact, ""))
        if fact is not None and isinstance(fact.value, OpeningHours):
            found[contact] = fact.value
    return found


def audiences_of(services: Iterable[Service]) -> tuple[str, ...]:
    """For whom some of these are made especially, in the order of `AUDIENCES`."""
    special = set().union(*(service.audiences for service in services)) - {EVERYONE}
    return tuple(audience for audience in AUDIENCES if audience in special)
