import re
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from bot.engine.effects import Button, Rows, Text
from bot.engine.flow import Assets, Choice, NodeSource, Picked, Reply, ServiceFilter, Turn, node_kind
from bot.engine.nodes.menu import read_choice
from bot.engine.press import choice_data
from bot.engine.screen import choice_rows, screen
from bot.engine.session import Session
from bot.understanding.closest import closest_label

PAGE_SIZE = 6
EVERYONE = "everyone"
_VIEW = re.compile(r"~(?P<open>o?)(?P<spoken>l?)(?P<asks>w?)(?P<page>\d?)(:(?P<audience>[a-z]+))?")


@dataclass(frozen=True, slots=True)
class View:
    """Which part of a list is shown: travels in a button as "~ol1:women".

    Args:
        asks: Whether the screen asks for whom instead of showing the list.
    """

    is_open: bool = False
    speaks_mine: bool = False
    asks: bool = False
    page: int = 0
    audience: str = EVERYONE

    @classmethod
    def read(cls, code: str) -> Self | None:
        found = _VIEW.fullmatch(code)
        if found is None:
            return None
        page, audience = int(found["page"] or 0), found["audience"] or EVERYONE
        return cls(bool(found["open"]), bool(found["spoken"]), bool(found["asks"]), page, audience)

    def code(self) -> str:
        flags = "o" * self.is_open + "l" * self.speaks_mine + "w" * self.asks
        return f"~{flags}{self.page or ''}{'' if self.audience == EVERYONE else ':' + self.audience}"

    @property
    def is_filtered(self) -> bool:
        return self.is_open or self.speaks_mine or self.audience != EVERYONE


@node_kind(
    "services",
    required={"say": "text"},
    optional={"services": "services", "topics": "topics", "choices": "choices"},
)
@dataclass(frozen=True, slots=True)
class Services:
    """A list of services, one page each behind its button. Names of services stay Danish.

    `services` names them, best first; `topics` adds all others on these topics, and then they can be filtered: open
    now, in the person's language, for whom.
    """

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    services: tuple[str, ...]
    can_filter: bool
    choices: tuple[Choice, ...]

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        first = tuple(source.fields.get("services", ()))
        topics = tuple(source.fields.get("topics", ()))
        others = (service for service in source.knowledge.services_on(topics) if service not in first)
        return cls(source.id, (*first, *others), bool(topics), source.choices())

    def enter(self, session: Session, assets: Assets) -> Turn:
        return self._list(session, View(), assets)

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        choice = read_choice(self.choices, reply, session.locale, assets)
        if choice is not None:
            return Turn(session, goto=choice.goto)
        view = View.read(reply.choice) if isinstance(reply, Picked) else None
        if view is not None:
            return self._ask_whom(session, view, assets) if view.asks else self._list(session, view, assets)
        service = self._read_service(session, reply, assets)
        return None if service is None else self._page(session, service, assets)

    def _read_service(self, session: Session, reply: Reply, assets: Assets) -> str | None:
        if isinstance(reply, Picked):
            return reply.choice if reply.choice in self.services else None
        names = [assets.label(f"service/{service}/name", session.locale) for service in self.services]
        found = closest_label(reply.text, names)
        return None if found is None else self.services[found]

    # --- the list ---------------------------------------------------------------------------------

    def _list(self, session: Session, view: View, assets: Assets) -> Turn:
        found = assets.filter_services(self.services, _wanted(session, view))
        texts: list[str | Text] = [f"{self.id}/say"]
        texts += [Text(f"common/{key}") for key in self._filters_said(view)]
        if not found:
            texts.append(Text("common/services_none"))
        start = view.page * PAGE_SIZE
        rows = tuple(self._button(service) for service in found[start : start + PAGE_SIZE])
        rows += self._paging(view, len(found))
        if self.can_filter:
            rows += self._filters(session, view, assets)
        return self._shown(session, texts, rows, "" if view == View() else view.code())

    def _button(self, service: str) -> tuple[Button, ...]:
        return (Button(Text(f"service/{service}/name"), choice_data(self.id, service)),)

    def _paging(self, view: View, count: int) -> Rows:
        row = []
        if view.page > 0:
            row.append(self._view_button("services_earlier", replace(view, page=view.page - 1)))
        if count > (view.page + 1) * PAGE_SIZE:
            row.append(self._view_button("services_more", replace(view, page=view.page + 1)))
        return (tuple(row),) if row else ()

    @staticmethod
    def _filters_said(view: View) -> list[str]:
        said = ["services_only_open"] * view.is_open + ["services_only_mine"] * view.speaks_mine
        return said + ([f"audience_{view.audience}"] if view.audience != EVERYONE else [])

    def _filters(self, session: Session, view: View, assets: Assets) -> Rows:
        """A filter that would find nothing is not offered; one that is set can be taken off."""
        row = []
        for key, changed in (
            ("services_open", replace(view, is_open=True, page=0)),
            ("services_mine", replace(view, speaks_mine=True, page=0)),
        ):
            if changed != replace(view, page=0) and assets.filter_services(self.services, _wanted(session, changed)):
                row.append(self._view_button(key, changed))
        rows: Rows = (tuple(row),) if row else ()
        if view.audience == EVERYONE and self._audiences(session, view, assets):
            rows += ((self._view_button("services_whom", replace(view, asks=True, page=0)),),)
        if view.is_filtered:
            rows += ((self._view_button("services_all", View()),),)
        return rows

    def _ask_whom(self, session: Session, view: View, assets: Assets) -> Turn:
        audiences = self._audiences(session, view, assets)
        rows = tuple(
            (self._view_button(f"audience_{audience}", replace(view, asks=False, audience=audience)),)
            for audience in audiences
        )
        rows += ((self._view_button("services_all", View()),),)
        return self._shown(session, [Text("common/services_for_whom")], rows, view.code())

    def _audiences(self, session: Session, view: View, assets: Assets) -> tuple[str, ...]:
        """For whom some of the services are made: only these can be asked for."""
        return assets.audiences_of(assets.filter_services(self.services, _wanted(session, view)))

    def _view_button(self, key: str, view: View) -> Button:
        return Button(Text(f"common/{key}"), choice_data(self.id, view.code()))

    # --- one page ---------------------------------------------------------------------------------

    def _page(self, session: Session, service: str, assets: Assets) -> Turn:
        rows: Rows = ()
        if assets.has_phone(service):
            rows = ((Button(Text("common/copy_phone"), copy=Text(f"service/{service}/phone")),),)
        rows += ((Button(Text("common/services_list"), choice_data(self.id, View().code())),),)
        page = Text(f"service/{service}/page", {"at": session.now()})
        return self._shown(session, [page], rows, service)

    def _shown(self, session: Session, texts: list[str | Text], rows: Rows, page: str) -> Turn:
        rows += choice_rows(self.id, self.choices)
        return Turn(session, (screen(self.id, session, texts, rows, page=page),))

    def gotos(self) -> tuple[str, ...]:
        return tuple(choice.goto for choice in self.choices)

    def texts(self) -> tuple[str, ...]:
        pages = (f"service/{service}/{part}" for service in self.services for part in ("page", "what"))
        return (f"{self.id}/say", *pages, *(choice.label for choice in self.choices))


def _wanted(session: Session, view: View) -> ServiceFilter:
    return ServiceFilter(
        open_at=session.now() if view.is_open else None,
        locale=session.locale if view.speaks_mine else None,
        audience=view.audience,
    )
