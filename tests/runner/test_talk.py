"""Whatever a person does in whatever order: always an answer, never stuck, one ticket, nothing twice."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.engine.incoming import TextTyped
from bot.engine.screen import HOME, HUMAN
from bot.engine.session import Session
from bot.i18n.render import utf16_length
from bot.runner.ports import Outgoing
from bot.runner.run import run_turn
from tests.support.content import our_release
from tests.support.conversation import CHAT, Conversation

LOCALES = st.sampled_from(our_release().locales)
TYPED = st.sampled_from(
    [
        *(
            "1",
            "2",
            "hej",
            "12.11.",
            "i går",
            "menu",
            "stop",
            "skjul",
            "slet",
            "ja",
            "nej",
            "tilbage",
            "sprog",
            "مستشار",
        ),
        *("yardım", "aap", "24.12.2030", "311299-0000", "he hits me", "Zzqx vvkw", "x" * 4096, "🙂"),
    ]
) | st.text(min_size=1, max_size=20)


class Talk(RuleBasedStateMachine):
    """One person at the real runner, with the real content."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = Conversation(our_release())

    @initialize(locale=LOCALES, deep=st.booleans())
    def begin(self, locale: str, deep: bool) -> None:
        self.check(self.talk.says(f"/start complaint-{locale}" if deep else "/start"))

    def session(self) -> Session:
        return Session.from_json(CHAT, self.talk.store.tables.sessions.get(CHAT, {}))

    def check(self, leaves: list[Outgoing], *, may_be_silent: bool = False) -> None:
        assert leaves or may_be_silent or self.session().ticket is not None
        for outgoing in leaves:
            if outgoing.kind == "message":
                assert 1 <= utf16_length(outgoing.body["text"]) <= 4096
                assert not ("rows" in outgoing.body and "keyboard" in outgoing.body)  # Telegram takes one markup

    @rule(text=TYPED)
    def types(self, text: str) -> None:
        self.check(self.talk.says(text))

    @rule(
        name=st.sampled_from(["menu", "human", "help", "hide", "stop", "delete", "language", "privacy", "back", "112"])
    )
    def gives_a_command(self, name: str) -> None:
        self.check(self.talk.says(f"/{name}"))

    @rule(data=st.data())
    def presses(self, data: st.DataObject) -> None:
        found = [
            (message_id, button["data"])
            for message_id, body in self.talk.messages.items()
            for row in body.get("rows", [])
            for button in row
            if "data" in button
        ]
        if found:
            _, pressed = data.draw(st.sampled_from(found))
            self.check(self.talk.presses(pressed), may_be_silent=True)  # an empty day of the calendar, a double tap

    @rule(kind=st.sampled_from(["photo", "document", "sticker", "voice", "poll", "from_the_future"]))
    def sends(self, kind: str) -> None:
        self.check(self.talk.sends(kind))

    @rule(text=TYPED)
    def edits(self, text: str) -> None:
        self.check(self.talk.edits(text))

    @rule(hours=st.integers(1, 60))
    def comes_back_later(self, hours: int) -> None:
        self.talk.at += timedelta(hours=hours)

    @invariant()
    def one_ticket_at_most_and_the_session_knows_it(self) -> None:
        opened = [ticket.id for ticket in self.talk.store.tables.tickets.values() if ticket.state != "closed"]
        assert opened == [each for each in [self.session().ticket] if each is not None]

    @invariant()
    def reminders_have_a_name_each(self) -> None:
        names = [row.outgoing.name for row in self.talk.store.tables.outbox.values() if row.outgoing.due_at is not None]
        assert len(names) == len(set(names))

    @invariant()
    def place_exists(self) -> None:
        node = self.session().node
        assert node is None or node in our_release().nodes

    @invariant()
    def menu_and_human_are_two_inputs_away(self) -> None:
        """Tried on a copy: whatever was said before, a way is never blocked."""
        for words, place in (("/menu", HOME), ("/human", HUMAN)):
            copy = Conversation(our_release(), at=self.talk.at, update_id=self.talk.update_id)
            copy.store.tables.sessions = dict(self.talk.store.tables.sessions)
            copy.store.tables.tickets = dict(self.talk.store.tables.tickets)
            assert copy.says(words)
            assert copy.store.tables.sessions[CHAT]["node"] == place


TestTalk = Talk.TestCase
TestTalk.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_update_that_comes_again_changes_nothing() -> None:
    talk = Conversation(our_release())
    talk.says("/start complaint-da")
    incoming = TextTyped(update_id=50, chat_id=CHAT, at=talk.at, text="menu", message_id=900)
    assert talk.take(incoming)
    before = repr(talk.store.tables)
    assert talk.store.run_now(lambda uow: run_turn(incoming, uow, our_release())) == ()
    assert repr(talk.store.tables) == before
