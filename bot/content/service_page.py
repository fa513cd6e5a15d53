"""The page of a service, put together from what is known of it; what is not known is said."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from babel import Locale

from bot.articles.directory import EVERYONE, audiences_of, hours_of
from bot.articles.fact import Fact
from bot.articles.opening_hours import OpeningHours, Span, status
from bot.articles.service import Service
from bot.dates.deadline import COPENHAGEN, copenhagen_day
from bot.engine.effects import Param, Text
from bot.i18n.day import weekday_name
from bot.i18n.language import is_right_to_left
from bot.i18n.render import Rendered, fill, join

Render = Callable[[Text], Rendered]

_DAY_MINUTES = 24 * 60
_YES_NO = {True: "yes", False: "no", None: "unknown"}


def service_page(
    service: Service, facts: Mapping[str, Fact], at: datetime, locale: str, render: Render
) -> tuple[Rendered, ...]:
    """The paragraphs of the page in a locale.

    Args:
        at: Now, aware: says whether it is open.
        render: Makes a text of the content into that locale.
    """
    return tuple(
        join(list(lines), between="\n")
        for lines in (
            list(_names(service, render)),
            [render(Text(f"service/{service.id}/what"))],
            list(_conditions(service, locale, render)),
            list(_contacts(service, facts, at, locale, render)),
            list(_doubts(service, render)),
        )
        if lines
    )


def _names(service: Service, render: Render) -> Iterator[Rendered]:
    """Its name; below a description of it the Danish, which people know here."""
    name = render(Text(f"service/{service.id}/name"))
    yield fill("**{name}**", {"name": name})
    if name.text != service.name:
        yield fill("{name}", {"name": service.name})


def _conditions(service: Service, locale: str, render: Render) -> Iterator[Rendered]:
    for audience in audiences_of([service]) if EVERYONE not in service.audiences else ():
        yield render(Text(f"common/audience_{audience}"))
    if "cost" not in service.said:
        yield render(Text(f"common/service_cost_{service.cost or 'unknown'}"))
    if "anonymous" not in service.said:
        yield render(Text(f"common/service_anonymous_{_YES_NO[service.is_anonymous]}"))
    if service.needs_referral is not None and "referral" not in service.said:
        yield render(Text(f"common/service_referral_{_YES_NO[service.needs_referral]}"))
    if service.languages:
        comma = "، " if is_right_to_left(locale) else ", "
        names = comma.join(_language_name(tag, locale) for tag in service.languages)
        yield render(Text("common/service_languages", {"languages": names}))
    elif not service.has_interpreter:
        yield render(Text("common/service_languages_unknown"))
    if service.has_interpreter and "interpreter" not in service.said:
        yield render(Text("common/service_interpreter"))


def _language_name(tag: str, locale: str) -> str:
    """In the person's language; where Babel has no name there, in English."""
    return str(Locale.parse(locale).languages.get(tag) or Locale("en").languages[tag])


def _contacts(
    service: Service, facts: Mapping[str, Fact], at: datetime, locale: str, render: Render
) -> Iterator[Rendered]:
    hours = hours_of(service, facts)
    for contact in ("phone", "phone_hours", "address", "visit_hours", "email", "url"):
        name = service.facts.get(contact)
        if contact == "phone_hours" and "phone" not in service.facts:
            continue  # nobody can call
        if contact in hours:
            yield from _hours(hours[contact], contact, at, locale, render)
        elif name is not None and not contact.endswith("_hours"):
            yield render(Text(f"common/service_{contact}", {contact: Text(f"fact/{name}")}))
        elif contact == "phone" and "phone" not in service.said:
            yield render(Text("common/service_no_phone"))
    if not hours:
        can_ask = "phone" in service.facts or "email" in service.facts
        yield render(Text("common/service_no_hours" if can_ask else "common/service_no_hours_alone"))


def _hours(hours: OpeningHours, contact: str, at: datetime, locale: str, render: Render) -> Iterator[Rendered]:
    yield render(Text(f"common/service_{contact}", {"hours": Text(*_now(hours, at))}))
    if not hours.always:
        for first, last, spans in _alike(hours):
            days = weekday_name(first, locale) + (f" – {weekday_name(last, locale)}" if last != first else "")
            times = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in spans)
            yield render(Text("common/hours_line", {"days": days, "times": times}))


def _now(hours: OpeningHours, at: datetime) -> tuple[str, dict[str, Param]]:
    """The sentence that says whether it is open, and its values."""
    found = status(hours, at)
    if found.is_open is None:
        return "common/hours_unsure", {}
    if found.is_open:
        return ("common/hours_always", {}) if found.until is None else ("common/hours_open", {"time": found.until})
    if found.opens is None:
        return "common/hours_closed", {}
    day = found.opens.astimezone(COPENHAGEN).date()
    if day == copenhagen_day(at):
        return "common/hours_opens_today", {"time": found.opens}
    return "common/hours_opens", {"day": day, "time": found.opens}


def _alike(hours: OpeningHours) -> Iterator[tuple[int, int, tuple[Span, ...]]]:
    """Runs of weekdays with the same hours; closed days are left out."""
    first = 0
    for day in range(1, 8):
        if day == 7 or hours.week[day] != hours.week[first]:
            if hours.week[first]:
                yield first, day - 1, hours.week[first]
            first = day


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes % _DAY_MINUTES, 60)
    return f"{hour}:{minute:02}"


def _doubts(service: Service, render: Render) -> Iterator[Rendered]:
    if service.doubt == "closed?":
        yield render(Text("common/service_maybe_closed"))
    elif service.doubt == "old" or service.confidence == "low":
        yield render(Text("common/service_unsure"))
