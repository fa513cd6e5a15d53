"""From consent to the last word, on the person's side: what is told when, what reaches the case, what never does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from bot.dates.deadline import COPENHAGEN, copenhagen_day
from bot.engine.effects import Text
from bot.engine.incoming import FileSent
from bot.engine.session import Session
from bot.handoff.duty import Duty, Hours
from bot.handoff.queue import OWNER_SILENT
from bot.handoff.ticket import NOBODY_THERE, Ticket, Told
from bot.handoff.transcript import TranscriptLine
from bot.runner import desk
from bot.runner.ports import Outgoing, UnitOfWork
from bot.runner.sweep import MAY_ADD, Watch, sweep_ticket
from tests.support.content import our_release
from tests.support.conversation import CHAT, Conversation

WEEK = tuple(Hours(day, time(8), time(20)) for day in range(5))
ADVISER = Duty("a", "Adviser A", dict.fromkeys(our_release().locales, 3), hours=WEEK)
LOCALES = our_release().locales
LONG_AGO = datetime(2026, 11, 1, 9, tzinfo=COPENHAGEN)


class Talk(Conversation):
    """A conversation while advisers are at the desk."""

    def __init__(self, locale: str = "da", *duties: Duty) -> None:
        super().__init__(our_release())
        self.locale = locale
        for duty in duties or (ADVISER,):
            self.store.run_now(lambda uow, duty=duty: uow.duties.put(duty))  # type: ignore[misc]
        self.says(f"/start menu-{locale}")

    def asks(self) -> list[Outgoing]:
        self.says("/human")
        return self.presses("yes")

    @property
    def ticket(self) -> Ticket:
        [ticket] = self.store.tables.tickets.values()
        return ticket

    @property
    def session(self) -> Session:
        return Session.from_json(CHAT, self.store.tables.sessions[CHAT])

    def lines(self) -> list[TranscriptLine]:
        return self.store.tables.transcripts.get(self.ticket.id, [])

    def sweeps(self) -> list[Outgoing]:
        work = partial(sweep_ticket, release=self.release, ticket_id=self.ticket.id, at=self.at)
        return self._shown(self.store.run_now(work))

    def adviser(self, change: Callable[[desk.DeskTurn], None]) -> list[Outgoing]:
        def work(uow: UnitOfWork) -> tuple[Outgoing, ...]:
            turn = desk.begin(uow, self.release, self.ticket.id, "a", self.at)
            change(turn)
            return turn.finish()

        return self._shown(self.store.run_now(work))

    def _shown(self, rows: tuple[Outgoing, ...]) -> list[Outgoing]:
        for row in rows:
            self._show(row)
        return list(rows)

    def says_that(self, rows: list[Outgoing], key: str, **params: Any) -> bool:
        """Whether one of the messages has this text, in the person's language."""
        wanted = self.release.render(Text(key, params), self.locale).text
        return any(wanted in row.body.get("text", "") for row in rows)

    def sends_file(self, **values: Any) -> list[Outgoing]:
        values = {"kind": "photo", "file_id": "F", "message_id": self._new_id(), **values}
        return self.take(FileSent(**self._next(), **values))


# --- consent, one chance to add, the place --------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
def test_consent_then_a_chance_to_add_then_the_place(locale: str) -> None:
    talk = Talk(locale)
    asked = talk.says("/human")
    assert talk.says_that(asked, "human/consent/say")
    assert talk.release.render(Text("common/days", {"n": 30}), locale).text in asked[0].body["text"]
    opened = talk.presses("yes")
    assert talk.ticket.state == "waiting", "nothing can be lost from here on"
    assert talk.says_that(opened, "human/consent/add", mb="20")
    assert not talk.says_that(opened, "common/ticket_place", position="1")
    skipped = talk.presses("skip")
    assert talk.says_that(skipped, "common/ticket_place", position="1")
    assert talk.says_that(skipped, "common/ticket_wait_unknown")
    # What comes later is received once, and the place is not told a second time.
    received = talk.says("Zzqx vvkw")
    assert talk.says_that(received, "common/joined_ticket")
    assert not talk.says_that(received, "common/ticket_place", position="1")
    assert talk.says("Zzqx bbnm") == []
    assert [line.text for line in talk.lines()] == ["Zzqx vvkw", "Zzqx bbnm"]


def test_case_knows_the_way_the_answers_and_what_was_read() -> None:
    talk = Talk("tr")
    talk.says("/start complaint-tr")
    for choice in ("written", "kk"):
        talk.presses(choice)
    talk.says("12.11.")
    for choice in ("digital", "how"):
        talk.presses(choice)
    talk.asks()
    ticket = talk.ticket
    steps = ("decision", "who", "date", "how", "deadline", "send")
    assert ticket.path == tuple(f"complaint/{step}" for step in steps)
    assert ticket.answers["letter_date"] == "2026-11-12"
    assert (ticket.answers["authority"], ticket.answers["arrival"]) == ("kk", "digital")
    assert ticket.articles == ("complaint-over-municipal-decision",)
    assert (ticket.locale, ticket.state) == ("tr", "waiting")


def test_without_consent_there_is_no_case() -> None:
    talk = Talk()
    talk.says("/human")
    talk.presses("no")
    assert talk.store.tables.tickets == {}


def test_album_joins_with_one_receipt_that_tells_the_place() -> None:
    talk = Talk()
    talk.asks()
    received = [talk.sends_file(album_id="7", caption="Brevet" if n == 0 else "") for n in range(3)]
    assert talk.says_that(received[0], "common/ticket_place", position="1")
    assert received[1:] == [[], []]
    assert [(line.kind, line.text) for line in talk.lines()] == [("photo", "Brevet"), ("photo", ""), ("photo", "")]
    assert talk.sends_file(kind="document", mime_type="application/pdf", file_name="brev.pdf") == []
    assert talk.lines()[-1].file_name == "brev.pdf"


def test_who_says_nothing_more_is_told_the_place_once() -> None:
    talk = Talk()
    talk.asks()
    assert talk.sweeps() == []
    talk.at += MAY_ADD
    assert talk.says_that(talk.sweeps(), "common/ticket_place", position="1")
    assert talk.sweeps() == []


@pytest.mark.parametrize(
    ("file", "said"),
    [
        pytest.param({"size_bytes": 20_000_001}, "common/file_too_large", id="larger than Telegram hands out"),
        pytest.param({"mime_type": "application/x-msdownload"}, "common/file_unreadable", id="a program"),
        pytest.param({"mime_type": "text/html"}, "common/file_unreadable", id="a page that may hold a script"),
        pytest.param({"mime_type": "imagery/x"}, "common/file_unreadable", id="almost a picture"),
    ],
)
@pytest.mark.parametrize("is_claimed", [False, True])
def test_file_that_nobody_gets_is_told_in_words_once(file: dict[str, Any], said: str, is_claimed: bool) -> None:
    talk = Talk()
    talk.asks()
    if is_claimed:
        talk.adviser(desk.claim)
    before = list(talk.lines())
    params = {"mb": "20"} if said == "common/file_too_large" else {}
    assert talk.says_that(talk.sends_file(**{"kind": "document", **file}, album_id="9"), said, **params)
    assert talk.sends_file(**{"kind": "document", **file}, album_id="9") == []
    assert talk.lines() == before


def test_album_without_a_ticket_is_answered_once() -> None:
    talk = Talk()
    assert talk.says_that(talk.sends_file(album_id="9"), "common/cannot_read_file")
    assert talk.sends_file(album_id="9") == []
    assert talk.sends_file(album_id="10")


# --- while waiting ----------------------------------------------------------------------------------


def test_menu_articles_and_emergencies_keep_the_place() -> None:
    talk = Talk()
    talk.asks()
    before = talk.ticket
    for data in ("!emergency", "now"):
        talk.presses(data)
    for said in ("/menu", "/112", "/language", "/start complaint-da", "/help"):
        assert talk.says(said)
    assert replace(talk.ticket, told=None) == replace(before, told=None)
    assert talk.says_that(talk.says("/human"), "common/ticket_place", position="1")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_way_to_a_person_from_the_keyboard_a_word_and_a_command(locale: str) -> None:
    talk = Talk(locale)
    for said in (talk.release.label("common/keyboard_human", locale), "/human", "/adviser"):
        assert talk.says_that(talk.says(said), "human/consent/say")
        talk.says("/menu")


@pytest.mark.parametrize("locale", LOCALES)
def test_outside_hours_the_next_opening_and_who_answers_now(locale: str) -> None:
    talk = Talk(locale)
    talk.at = datetime(2026, 12, 23, 21, tzinfo=COPENHAGEN)  # before Christmas: 24 to 27 December are closed
    talk.asks()
    told = talk.presses("skip")
    opening = datetime(2026, 12, 28, 8, tzinfo=COPENHAGEN)
    assert talk.says_that(told, "common/ticket_desk_closed", day=copenhagen_day(opening), time=opening)
    assert talk.says_that(told, "human/consent/meanwhile")
    assert talk.ticket.told == NOBODY_THERE
    assert talk.sweeps() == []
    assert talk.presses("now")
    assert talk.session.node == "find/acute"
    talk.at = opening
    assert talk.says_that(talk.sweeps(), "common/ticket_place", position="1")


def test_case_follows_the_language_that_the_person_changes_to() -> None:
    talk = Talk("da", replace(ADVISER, skills={"da": 3}))
    talk.asks()
    talk.says("/language")
    talk.presses("!locale:ar")
    assert (talk.ticket.locale, talk.session.locale) == ("ar", "ar")
    talk.locale = "ar"
    assert talk.says_that(talk.says("/human"), "common/ticket_no_language")
    assert talk.says_that(talk.adviser(desk.claim), "common/adviser_joined", name="Adviser A")


def test_what_the_bot_takes_off_the_screen_is_shown_as_such_in_the_case() -> None:
    talk = Talk()
    talk.asks()
    talk.says("Zzqx 010170-1235 vvkw")
    assert talk.lines()[0].deleted_at is not None
    assert "010170" not in talk.lines()[0].text
    talk.says("Zzqx bbnm")
    talk.edits("Zzqx, changed")
    talk.adviser(desk.claim)
    talk.adviser(partial(desk.reply, text="Hej", key="k1"))
    assert [line.deleted_at for line in talk.lines()[1:]] == [None] * 4
    assert talk.lines()[1].edited_at is not None
    talk.says("/hide")
    *shown, hidden = talk.lines()
    assert (hidden.side, hidden.kind) == ("person", "hidden")
    assert [line.kind for line in shown if line.deleted_at is None] == ["claimed"]
    assert talk.ticket.state == "claimed", "hiding ends nothing"


@pytest.mark.parametrize("is_claimed", [False, True])
def test_who_hides_the_chat_hears_nothing_by_itself_until_an_adviser_lets_it_go_on(is_claimed: bool) -> None:
    talk = Talk()
    talk.store.run_now(lambda uow: uow.outbox.add(CHAT, "reminder", {"text": "x"}, due_at=talk.at, name="n"))
    talk.asks()
    talk.presses("skip")
    if is_claimed:
        talk.adviser(desk.claim)
    hidden, line = talk.says("/hide")
    assert (hidden.kind, line.body["text"]) == ("hide", "\N{THUMBS UP SIGN}")
    assert not [row for row in talk.store.tables.outbox.values() if row.outgoing.kind == "reminder"]
    for _ in range(72):
        talk.at += timedelta(hours=1)
        assert talk.sweeps() == []
    if talk.ticket.owner is None:
        assert talk.adviser(desk.claim) == []
    assert talk.adviser(partial(desk.reply, text="Er du der?", key="k1")) == []
    assert talk.store.run_now(lambda uow: uow.outbox.due(talk.at, 10)) == []
    assert talk.says("/menu"), "what the person asks for is answered"
    resumed = talk.adviser(desk.resume)
    assert any("Er du der?" in row.body["text"] for row in resumed)
    assert not talk.says_that(resumed, "human/consent/waiting"), "places of days ago are told to nobody"


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"node": None}, id="after hiding"),
        pytest.param({"node": "gone/long_ago"}, id="at a place that was removed"),
        pytest.param({"node": "complaint/who", "touched_at": LONG_AGO}, id="weeks later"),
        pytest.param({"node": None, "locale": None}, id="before a language was chosen"),
    ],
)
def test_no_word_of_a_waiting_person_is_lost_wherever_they_are(place: dict[str, Any]) -> None:
    talk = Talk()
    talk.asks()
    talk.store.run_now(lambda uow: uow.sessions.put(replace(talk.session, **place)))
    assert talk.says_that(talk.says("Zzqx vvkw"), "common/joined_ticket")
    assert [line.text for line in talk.lines()] == ["Zzqx vvkw"]


# --- danger -----------------------------------------------------------------------------------------


def test_who_told_of_danger_comes_first_when_they_ask_for_an_adviser() -> None:
    talk = Talk()
    talk.says("han slår mig")
    talk.says("/start complaint-da")
    talk.asks()
    assert talk.ticket.urgency == "danger"


@pytest.mark.parametrize(
    ("place", "urgency"),
    [("child/start", "child"), ("family/child", "child"), ("family/control", "violence"), ("start/menu", "normal")],
)
def test_urgency_by_where_the_person_comes_from(place: str, urgency: str) -> None:
    talk = Talk()
    talk.store.run_now(lambda uow: uow.sessions.put(replace(talk.session, node=place)))
    talk.asks()
    assert talk.ticket.urgency == urgency


def test_danger_of_yesterday_is_not_the_urgency_of_today() -> None:
    talk = Talk()
    talk.says("han slår mig")
    talk.at += timedelta(hours=24)
    talk.asks()
    assert talk.ticket.urgency == "normal"


@pytest.mark.parametrize("is_claimed", [False, True])
def test_danger_goes_to_the_front_and_nothing_ends_it_or_reminds_of_it(is_claimed: bool) -> None:
    talk = Talk()
    talk.store.run_now(lambda uow: uow.outbox.add(CHAT, "reminder", {"text": "x"}, due_at=talk.at, name="n"))
    talk.asks()
    talk.says("Zzqx vvkw")
    if is_claimed:
        talk.adviser(desk.claim)
    told = talk.says("han slår mig")
    assert "112" in told[0].body["text"]
    assert talk.ticket.urgency == "danger"
    assert talk.store.run_now(lambda uow: uow.outbox.due(talk.at + timedelta(days=60), 10)) == []
    leaves = 0
    for _ in range(72):
        talk.at += timedelta(hours=1)
        leaves += len(talk.sweeps())
        assert talk.ticket.state != "closed"
    # The desk closes and opens each day, and a silent owner is told of: nothing else comes by itself.
    assert leaves <= 3 * 2 + 2
    assert talk.ticket.urgency == "danger"


@pytest.mark.parametrize("say", [Talk.says, Talk.edits, lambda talk, text: talk.sends("photo", text)])
def test_danger_with_a_cpr_number_is_answered_and_the_number_is_stored_nowhere(
    say: Callable[[Talk, str], list[Outgoing]],
) -> None:
    talk = Talk()
    talk.asks()
    card, deleted, told = say(talk, "han slår mig 311299-0000")
    assert "112" in card.body["text"]
    assert (deleted.kind, deleted.body["message_ids"]) == ("delete", [talk.message_id - 2])
    assert talk.says_that([told], "common/cpr_deleted")
    assert "311299" not in repr(talk.store.tables)
    assert "han slår mig" in talk.lines()[-1].text


# --- the adviser, and after -------------------------------------------------------------------------


@pytest.mark.parametrize("duty", [replace(ADVISER, shown_as=""), None])
def test_who_has_joined_is_a_name_that_was_chosen_and_never_an_account(duty: Duty | None) -> None:
    talk = Talk()
    talk.asks()
    if duty is None:
        talk.store.tables.duties.clear()
    else:
        talk.store.run_now(lambda uow: uow.duties.put(duty))
    [told] = talk.adviser(desk.claim)
    assert talk.says_that([told], "common/adviser_joined", name=Text("common/adviser"))


def test_silent_owner_with_an_answered_case_keeps_it() -> None:
    talk = Talk()
    talk.asks()
    talk.adviser(desk.claim)
    talk.adviser(partial(desk.reply, text="Hej", key="k1"))
    talk.at += OWNER_SILENT * 3
    assert talk.sweeps() == []
    talk.says("Zzqx")
    talk.at += OWNER_SILENT
    assert talk.says_that(talk.sweeps(), "common/adviser_silent")
    assert (talk.ticket.state, talk.ticket.last_owner, talk.session.is_claimed) == ("waiting", None, False)


def test_colleague_with_the_language_is_named_in_the_case_once() -> None:
    danish, arabic = Duty("a", "Adviser A", {"da": 3}, hours=WEEK), Duty("b", "Adviser B", {"ar": 2})
    talk = Talk("ar", danish, arabic)
    told = talk.asks() + talk.presses("skip")
    assert talk.says_that(told, "common/ticket_no_language")
    assert talk.says_that(talk.adviser(desk.claim), "common/adviser_no_language", name="Adviser A")
    assert talk.sweeps() == []
    assert "speaker_here" not in [line.kind for line in talk.lines()]
    talk.store.run_now(lambda uow: uow.duties.put(replace(arabic, hours=WEEK)))
    version = talk.ticket.version
    talk.sweeps()
    talk.sweeps()
    assert [line.author for line in talk.lines() if line.kind == "speaker_here"] == ["b"]
    assert talk.ticket.version == version, "what the adviser is writing stays valid"
    assert talk.says_that(talk.adviser(partial(desk.transfer, to="b")), "common/adviser_changed", name="Adviser B")


def test_person_talks_on_under_the_same_ticket_with_the_same_adviser_first() -> None:
    talk = Talk()
    talk.asks()
    talk.adviser(desk.claim)
    talk.adviser(partial(desk.close, because="answered"))
    ended = talk.ticket
    told = talk.presses("!talk_on")
    assert talk.says_that(told, "common/ticket_reopened")
    assert talk.says_that(told, "common/ticket_place", position="1")
    assert (talk.ticket.id, talk.ticket.state, talk.ticket.last_owner) == (ended.id, "waiting", "a")
    assert talk.session.ticket == ended.id
    assert talk.says_that(talk.presses("!talk_on"), "common/ticket_place", position="1"), "pressing again is harmless"
    talk.adviser(desk.claim)
    assert talk.says_that(talk.presses("!talk_on"), "common/ticket_claimed", name="Adviser A")


def test_danger_and_language_of_now_count_when_a_conversation_goes_on() -> None:
    talk = Talk()
    talk.asks()
    talk.adviser(desk.claim)
    talk.adviser(partial(desk.close, because="answered"))
    talk.says("han slår mig")
    talk.says("/language")
    talk.presses("!locale:ar")
    talk.presses("!talk_on")
    assert (talk.ticket.state, talk.ticket.urgency, talk.ticket.locale) == ("waiting", "danger", "ar")


def test_conversation_that_was_deleted_cannot_go_on() -> None:
    talk = Talk()
    talk.asks()
    talk.adviser(desk.claim)
    talk.adviser(partial(desk.close, because="answered"))
    talk.store.tables.tickets.clear()
    assert talk.says_that(talk.presses("!talk_on"), "common/too_late_to_answer")


def test_blocked_bot_is_known_to_the_desk_and_nothing_is_told_into_the_void() -> None:
    talk = Talk()
    talk.asks()
    talk.store.run_now(lambda uow: uow.tickets.save(replace(talk.ticket, is_unreachable=True, told=Told(9))))
    talk.at += timedelta(hours=1)
    assert talk.sweeps() == []


def test_alarm_that_rises_is_news_and_one_that_stays_is_not() -> None:
    watch, at = Watch(), datetime(2026, 11, 24, 9, tzinfo=COPENHAGEN)
    ticket = Ticket(id="t", chat_id=1, state="waiting", topic="complaint", urgency="danger", locale="da", opened_at=at)
    minutes = (0, 2, 3, 4, 8, 30)
    found = [watch.has_risen([ticket], at + timedelta(minutes=each)) for each in minutes]
    assert found == [False, True, False, True, True, False]
