"""Each repository keeps what it promises, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import IntegrityError

from bot.engine.session import Session
from bot.errors import SettingInvalid, ValueUnreadable
from bot.handoff.ticket import Ticket, TicketChanged
from bot.handoff.transcript import TranscriptLine
from bot.runner.kept import Kept
from bot.runner.ports import Note, Sent, UnitOfWork
from bot.storage.keyring import Keyring
from bot.storage.purge import purge
from bot.storage.question import Questions
from bot.storage.store import Store, open_store
from bot.storage.tables import metadata, question
from bot.storage.unit_of_work import UnitOfWork as StorageUnitOfWork
from tests.storage.conftest import KEY

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ticket(id: str = "t1", chat_id: int = 1) -> Ticket:
    return Ticket(
        id=id,
        chat_id=chat_id,
        state="waiting",
        topic="complaint",
        urgency="normal",
        locale="kl",
        opened_at=AT,
        waiting_since=AT,
        path=("complaint/decision",),
        answers={"letter_date": "2026-11-12"},
        articles=("complaint-over-municipal-decision",),
    )


# --- updates ------------------------------------------------------------------------------------


async def test_update_is_new_once(store: Store) -> None:
    assert [await store.run(lambda uow: uow.updates.is_new(1, 10, 5, AT)) for _ in range(3)] == [True, False, False]
    assert await store.run(lambda uow: uow.updates.is_new(2, 10, 5, AT))


async def test_dead_updates_are_kept_with_their_reason(store: Store) -> None:
    await store.run(lambda uow: uow.updates.add_dead(1, 10, "KeyError at ask.py:10", AT))
    await store.run(lambda uow: uow.updates.add_dead(1, 10, "again", AT))
    assert await store.run(lambda uow: uow.updates.dead()) == [(1, 10, "KeyError at ask.py:10")]


# --- outbox -------------------------------------------------------------------------------------


async def test_rows_leave_in_order_and_are_found_page_by_page(store: Store) -> None:
    def fill(uow: UnitOfWork) -> None:
        for number in range(5):
            for chat in (2, 1):
                uow.outbox.add(chat, "message", {"text": f"{chat}.{number}"})

    await store.run(fill)
    found = await store.run(lambda uow: uow.outbox.due(AT, 100))
    assert [row.body["text"] for row in found] == [f"{chat}.{number}" for chat in (1, 2) for number in range(5)]
    first = await store.run(lambda uow: uow.outbox.due(AT, 3))
    after = (first[-1].chat_id, first[-1].seq)
    rest = await store.run(lambda uow: uow.outbox.due(AT, 100, after=after))
    assert first + rest == found
    assert await store.run(lambda uow: uow.outbox.waiting_of(2)) == found[5:]


async def test_numbers_rise_over_restarts_and_deletions(store: Store) -> None:
    one = await store.run(lambda uow: uow.outbox.add(1, "message", {"text": "a"}))
    await store.run(lambda uow: uow.people.forget(1, AT))
    other = await store.run(lambda uow: uow.outbox.add(1, "message", {"text": "b"}))
    assert other.seq > one.seq


async def test_sent_row_loses_its_text_and_keeps_its_message_id(store: Store) -> None:
    row = await store.run(lambda uow: uow.outbox.add(1, "message", {"text": "a"}))
    await store.run(lambda uow: uow.outbox.mark_sent([Sent(1, row.seq, AT, 77), Sent(9, 9, AT, 5)]))
    assert await store.run(lambda uow: uow.outbox.due(AT, 10)) == []
    assert await store.run(lambda uow: uow.outbox.message_ids(1, AT - HOUR)) == [77]
    assert await store.run(lambda uow: uow.outbox.message_ids(1, AT + HOUR)) == []


async def test_last_word_to_a_forgotten_person_goes_with_its_row(store: Store) -> None:
    row = await store.run(lambda uow: uow.outbox.add(1, "message", {"text": "bye"}, forgets=True))
    assert row.forgets
    await store.run(lambda uow: uow.outbox.mark_sent([Sent(1, row.seq, AT, 77, forgets=True)]))
    assert await store.run(lambda uow: uow.outbox.message_ids(1, AT - HOUR)) == []


async def test_message_ids_are_of_both_sides(store: Store) -> None:
    row = await store.run(lambda uow: uow.outbox.add(1, "message", {"text": "a"}))
    await store.run(lambda uow: uow.outbox.mark_sent([Sent(1, row.seq, AT, 8)]))
    await store.run(lambda uow: uow.updates.is_new(1, 10, 7, AT))
    await store.run(lambda uow: uow.updates.is_new(1, 11, None, AT))
    assert await store.run(lambda uow: uow.outbox.message_ids(1, AT - HOUR)) == [7, 8]


async def test_reminder_waits_for_its_time_and_is_replaced_by_name(store: Store) -> None:
    await store.run(
        lambda uow: uow.outbox.add(1, "reminder", {"text": "old"}, due_at=AT + HOUR, name="complaint/remind")
    )
    await store.run(
        lambda uow: uow.outbox.add(1, "reminder", {"text": "new"}, due_at=AT + HOUR, name="complaint/remind")
    )
    assert await store.run(lambda uow: uow.outbox.due(AT, 10)) == []
    due = await store.run(lambda uow: uow.outbox.due(AT + HOUR, 10))
    assert [row.body["text"] for row in due] == ["new"]
    assert await store.run(lambda uow: uow.outbox.mark_sending(1, due[0].seq))
    assert not await store.run(lambda uow: uow.outbox.mark_sending(1, due[0].seq))
    assert await store.run(lambda uow: uow.outbox.settle_sending()) == 1
    assert await store.run(lambda uow: uow.outbox.due(AT + HOUR, 10)) == []


async def test_what_takes_messages_away_is_not_held_back(store: Store) -> None:
    def work(uow: UnitOfWork) -> list[str]:
        for kind in ("message", "hide", "delete"):
            uow.outbox.add(1, kind, {})
        uow.outbox.hold(1)
        return [row.kind for row in uow.outbox.waiting_of(1)]

    assert await store.run(work) == ["hide", "delete"]


async def test_cancelled_reminder_is_never_sent(store: Store) -> None:
    row = await store.run(lambda uow: uow.outbox.add(1, "reminder", {"text": "x"}, due_at=AT, name="n"))
    message = await store.run(lambda uow: uow.outbox.add(1, "message", {"text": "stays"}))
    await store.run(lambda uow: uow.outbox.cancel_reminders(1))
    assert not await store.run(lambda uow: uow.outbox.mark_sending(1, row.seq))
    assert await store.run(lambda uow: uow.outbox.due(AT + HOUR, 10)) == [message]


@pytest.mark.parametrize("ends", ["mark_dead", "mark_doubtful"])
async def test_given_up_rows_do_not_come_back(store: Store, ends: str) -> None:
    row = await store.run(lambda uow: uow.outbox.add(1, "message", {"text": "a"}))
    await store.run(lambda uow: getattr(uow.outbox, ends)(1, row.seq, "refused"))
    assert await store.run(lambda uow: uow.outbox.due(AT, 10)) == []


async def test_row_of_a_chat_that_another_process_wrote_to_says_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(url, Keyring([KEY]))

    def turn(uow: UnitOfWork) -> bool:
        uow.sessions.take(1)
        row = uow.outbox.add(1, "message", {"text": "a"})
        uow.sessions.put(Session(1, touched_at=AT))
        return row.checks_earlier

    assert not await store.run(turn)
    assert not await store.run(turn)
    monkeypatch.setattr("bot.storage.session.WRITER", "another process")
    assert await store.run(turn)
    assert not await store.run(turn)
    await store.close()


# --- tickets ------------------------------------------------------------------------------------


async def test_ticket_comes_back_as_it_was_and_only_one_is_open(store: Store) -> None:
    await store.run(lambda uow: uow.tickets.add(ticket()))
    assert await store.run(lambda uow: uow.tickets.open_of(1)) == ticket()
    with pytest.raises(IntegrityError):
        await store.run(lambda uow: uow.tickets.add(ticket("t2")))
    raised = await store.run(lambda uow: uow.tickets.save(replace(ticket(), urgency="danger")))
    assert raised == replace(ticket(), urgency="danger", version=2)
    assert await store.run(lambda uow: uow.tickets.open_of(1)) == raised
    with pytest.raises(TicketChanged):
        await store.run(lambda uow: uow.tickets.save(ticket().closed("cancelled", AT)))
    await store.run(lambda uow: uow.tickets.save(raised.closed("cancelled", AT)))
    assert await store.run(lambda uow: uow.tickets.open_of(1)) is None
    await store.run(lambda uow: uow.tickets.add(ticket("t2")))


async def test_transcript_keeps_its_order(store: Store) -> None:
    lines = [TranscriptLine(AT + number * HOUR, "person", "text", f"line {number}", number) for number in range(3)]
    for line in lines:
        await store.run(lambda uow, line=line: uow.transcripts.add(1, "t1", line))  # type: ignore[misc]
    assert await store.run(lambda uow: uow.transcripts.lines(1, "t1")) == lines


# --- leases -------------------------------------------------------------------------------------


async def test_lease_goes_on_when_it_ran_out_and_fences_the_one_before(store: Store) -> None:
    ttl = timedelta(seconds=3)

    async def take(holder: str, seconds: float) -> int | None:
        return await store.run(lambda uow: uow.leases.take("courier", holder, AT + timedelta(seconds=seconds), ttl))

    assert await take("a", 0) == 1
    assert await take("b", 1) is None
    assert await take("a", 2) == 1
    assert await take("b", 6) == 2
    assert not await store.run(lambda uow: uow.leases.is_held("courier", "a", 1))
    assert await store.run(lambda uow: uow.leases.is_held("courier", "b", 2))
    assert await take("a", 7) is None
    await store.run(lambda uow: uow.leases.release("courier", "b"))
    assert await take("a", 7.5) == 3
    assert await take("a", 20) == 4  # ran out meanwhile: what was sent in between is unknown


# --- deleting and encryption --------------------------------------------------------------------

SECRET = "only-between-us"


def leave_traces(uow: UnitOfWork) -> None:
    uow.updates.is_new(1, 10, 5, AT)
    uow.sessions.put(Session(1, answers={"name": SECRET}, touched_at=AT))
    uow.outbox.add(1, "message", {"text": SECRET})
    uow.tickets.add(ticket())
    uow.transcripts.add(1, "t1", TranscriptLine(AT, "person", "text", SECRET))
    uow.audit.note(1, "ticket opened", AT)
    uow.updates.add_dead(1, 11, "reason", AT)


async def test_forgotten_person_leaves_only_a_note_that_they_were_forgotten(store: Store, url: str) -> None:
    await store.run(leave_traces)
    await store.run(lambda uow: uow.people.forget(1, AT))
    assert not await store.run(lambda uow: uow.updates.is_new(1, 10, 5, AT))  # Telegram may repeat the update
    await store.close()
    engine = create_engine(url)
    with engine.connect() as connection:
        left = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
            for table in inspect(engine).get_table_names()
        }
        assert connection.execute(text("SELECT message_id FROM received")).scalar() is None
    engine.dispose()
    assert {table for table, count in left.items() if count} == {"received", "forgotten", "alembic_version"}


async def test_no_text_stands_in_the_files(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))
    await store.run(leave_traces)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240
    await store.close()
    assert b"complaint" in stored  # it is the right file: topics are not secret
    assert SECRET.encode() not in stored
    assert b"2026-11-12" not in stored


async def test_new_key_encrypts_and_the_old_one_still_reads(url: str) -> None:
    old = open_store(url, Keyring([KEY]))
    await old.run(lambda uow: uow.sessions.put(Session(1, node="old", touched_at=AT)))
    await old.close()
    both = open_store(url, Keyring([b"n" * 32, KEY]))
    await both.run(lambda uow: uow.sessions.put(Session(2, node="new", touched_at=AT)))
    assert (await both.run(lambda uow: uow.sessions.take(1))).node == "old"
    await both.close()
    with pytest.raises(SettingInvalid):
        open_store(url, Keyring([b"x" * 32]))  # before a wrong key can overwrite anything


# table, column, what may not be read from the row of another person
PLACES = [
    ("session", "data", lambda uow: [uow.sessions.take(chat).node for chat in (1, 2)]),
    ("outbox", "body", lambda uow: [row.body for row in uow.outbox.due(AT, 10)]),
    ("ticket", "story", lambda uow: [uow.tickets.get(id).answers for id in ("t1", "t2")]),
    ("transcript", "content", lambda uow: [uow.transcripts.lines(chat, f"t{chat}") for chat in (1, 2)]),
    ("note", "content", lambda uow: [uow.notes.of(chat, f"t{chat}") for chat in (1, 2)]),
    ("question", "content", lambda uow: [kept.text for kept in uow.questions.kept()]),
]


@pytest.mark.parametrize(("table", "column", "read"), PLACES, ids=[place[0] for place in PLACES])
async def test_no_value_is_read_in_the_place_of_another(
    store: Store, table: str, column: str, read: Callable[[UnitOfWork], list[object]]
) -> None:
    def write(uow: UnitOfWork) -> None:
        for chat in (1, 2):
            uow.sessions.put(Session(chat, node="start/menu", touched_at=AT))
            uow.outbox.add(chat, "message", {"text": "a"})
            uow.tickets.add(ticket(f"t{chat}", chat))
            uow.transcripts.add(chat, f"t{chat}", TranscriptLine(AT, "person", "text", SECRET))
            uow.notes.add(chat, f"t{chat}", Note(AT, "a", SECRET))
            uow.questions.add(SECRET, "da", AT)

    def exchange(uow: UnitOfWork) -> None:
        assert isinstance(uow, StorageUnitOfWork)
        one, other = uow.db.execute(text(f"SELECT {column} FROM {table} ORDER BY {column}")).scalars().all()
        change = text(f"UPDATE {table} SET {column} = :value WHERE {column} = :before")
        for before, value in ((one, b"aside"), (other, one), (b"aside", other)):
            uow.db.execute(change, {"before": before, "value": value})

    await store.run(write)
    assert len(await store.run(read)) == 2
    await store.run(exchange)
    try:
        found = await store.run(read)
    except ValueUnreadable:
        return
    assert [each for each in found if each] == []


async def test_damaged_rows_stop_nobody(store: Store) -> None:
    def damage(uow: UnitOfWork) -> None:
        uow.sessions.put(Session(1, node="start/menu", touched_at=AT))
        uow.outbox.add(1, "message", {"text": "damaged"})
        uow.outbox.add(2, "message", {"text": "fine"})
        assert isinstance(uow, StorageUnitOfWork)
        uow.db.execute(text("UPDATE session SET data = :data"), {"data": b"x" * 40})
        uow.db.execute(text("UPDATE outbox SET body = :body WHERE chat_id = 1"), {"body": b"x" * 40})

    await store.run(damage)
    assert await store.run(lambda uow: uow.sessions.take(1)) == Session(1)
    assert [row.body["text"] for row in await store.run(lambda uow: uow.outbox.due(AT, 10))] == ["fine"]


async def test_purge_deletes_what_is_over_and_keeps_the_rest(store: Store) -> None:
    await store.run(leave_traces)
    assert await store.run(lambda uow: purge(uow, AT + timedelta(days=1), Kept())) == 0
    row = (await store.run(lambda uow: uow.outbox.due(AT, 1)))[0]
    await store.run(lambda uow: uow.outbox.mark_sent([Sent(1, row.seq, AT, 5)]))
    assert await store.run(lambda uow: purge(uow, AT + timedelta(days=4), Kept())) == 2  # the update and the sent row
    await store.run(lambda uow: uow.tickets.save(uow.tickets.get("t1").closed("cancelled", AT)))
    assert await store.run(lambda uow: purge(uow, AT + timedelta(days=31), Kept())) == 4  # with a session
    assert await store.run(lambda uow: purge(uow, AT + timedelta(days=400), Kept())) == 1  # audit


# --- questions that nothing was found for -------------------------------------------------------


async def test_questions_are_kept_by_the_hour_and_purged(store: Store) -> None:
    asked = "hvor er mine ●●●● kroner"
    await store.run(lambda uow: uow.questions.add(asked, "da", AT + timedelta(minutes=20)))
    (kept,) = await store.run(lambda uow: uow.questions.kept())
    assert (kept.at, kept.locale, kept.text) == (AT, "da", "hvor er mine ●●●● kroner")
    await store.run(lambda uow: purge(uow, AT + timedelta(days=29), Kept()))
    assert len(await store.run(lambda uow: uow.questions.kept())) == 1
    await store.run(lambda uow: purge(uow, AT + timedelta(days=31), Kept()))
    assert await store.run(lambda uow: uow.questions.kept()) == []


def test_kept_question_is_unreadable_in_the_file(tmp_path: Path) -> None:
    with create_engine(f"sqlite:///{tmp_path}/q.db").begin() as db:
        metadata.create_all(db)
        Questions(db, Keyring([KEY])).add("en hemmelig tekst", "da", AT)
        assert b"hemmelig" not in db.execute(select(question.c.content)).scalar_one()
