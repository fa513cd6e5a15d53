"""The end of a case: journalised as PDF and JSON, or guidance only; then the deletion clock."""

import hashlib
import json
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.journal import Journal, Words
from bot.desk.story import Story
from bot.handoff.ticket import Ticket, TicketUnknown
from bot.handoff.transcript import TranscriptLine
from bot.runner.kept import Kept
from bot.storage.keyring import Keyring
from bot.storage.purge import purge
from bot.storage.store import open_store
from tests.desk.test_case import form_of
from tests.desk.test_case_talk import claimed
from tests.support.web import START, Desk
from tests.test_main import run

WORDS: Words = {
    "kind_words": {},
    "delivery_words": {},
    "reason_words": {},
    "urgency_words": {"normal": "Almindelig"},
}
SECRET = b64encode(b"k" * 32).decode()
TICKET = Ticket(
    id="t1",
    chat_id=7,
    state="closed",
    topic="complaint",
    urgency="normal",
    locale="ar",
    opened_at=START,
    closed_at=START,
)


def journal_of(*texts: tuple[str, str | None]) -> Journal:
    lines = [TranscriptLine(START, "person", "text", text, locale=locale) for text, locale in texts]
    return Journal(TICKET, Story([], [], [], None), lines, [], {}, WORDS)


async def test_journalised_case_is_exported_with_its_hash_and_then_deleted(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    await citizen.says("عندي رسالة")
    await browser.post(f"{case}/note", {"text": "Brevet er fra kommunen."})
    await browser.post(f"{case}/send", {**form_of(await browser.get(case)), "what": "reply:reply/photo"})
    page = await browser.get(case)
    answer = await browser.post(f"{case}/move", {**form_of(page), "do": "journalise"})
    assert (answer.status_code, "som sagen er nu" in answer.text) == (409, True)  # first it ends
    assert (await browser.get(f"{case}/journal/json")).status_code == 404
    await browser.post(f"{case}/move", {**form_of(await browser.get(case)), "do": "close", "because": "answered"})
    assert "Mangler: journal eller vejledning?" in (await browser.get("/desk/closed")).text
    page = await browser.get(case)
    assert "Samtalen bliver slettet her torsdag den 24. december 2026" in page.text
    assert (await browser.post(f"{case}/move", {**form_of_move(page.text), "do": "journalise"})).status_code == 303
    exported = await browser.get(f"{case}/journal/json")
    sha256 = hashlib.sha256(exported.content).hexdigest()
    assert sha256 in (await browser.get(case)).text  # the record keeps what was exported
    assert (await browser.get(f"{case}/journal/json")).content == exported.content
    told = json.loads(exported.content)
    assert [line["text"] for line in told["lines"] if line["side"] == "person"] == ["عندي رسالة"]
    assert any((line["danish"] or "").startswith("Send gerne et billede") for line in told["lines"])
    assert told["notes"][0]["text"] == "Brevet er fra kommunen."
    pdf = await browser.get(f"{case}/journal/pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-disposition"].startswith("attachment")
    assert (await browser.get(f"{case}/journal/exe")).status_code == 404
    audit = await desk.store.run(lambda unit: unit.audit.lines(limit=50, about=told["case"]))
    assert {"ticket_journalised", "case_exported"} <= {line.what for line in audit}
    await desk.store.run(lambda unit: purge(unit, desk.at + timedelta(days=31), Kept()))
    with pytest.raises(TicketUnknown):
        await desk.store.run(lambda unit: unit.tickets.get(told["case"]))


def form_of_move(page: str) -> dict[str, str]:
    return {"version": page.split('class="version" value="')[1].split('"')[0]}


async def test_guidance_only_and_journal_after_all(desk: Desk) -> None:
    _, browser, case = await claimed(desk)
    await browser.post(f"{case}/move", {**form_of(await browser.get(case)), "do": "close", "because": "answered"})
    form = form_of_move((await browser.get(case)).text)
    assert (await browser.post(f"{case}/move", {**form, "do": "guidance"})).status_code == 303
    assert "Ren vejledning" in (await browser.get("/desk/closed")).text
    assert (await browser.post(f"{case}/move", {**form, "do": "journalise"})).status_code == 409  # an old form
    page = await browser.get(case)
    await browser.post(f"{case}/move", {**form_of_move(page.text), "do": "journalise"})
    assert "Sagen er journaliseret" in (await browser.get(case)).text
    await browser.post(f"{case}/move", {**form_of_move((await browser.get(case)).text), "do": "reopen"})
    assert (await browser.get(f"{case}/journal/pdf")).status_code == 404


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        pytest.param("عندي رسالة من البلدية، رقمها 123", "ar", id="Arabic"),
        pytest.param('#set page(width: 1pt) *x* $y$ #read("/etc/passwd") </p>', "da", id="Typst's own signs are text"),
        pytest.param("Kalaallisut oqalullunga", "kl", id="Kalaallisut"),
        pytest.param("ሰላም", "ti", id="Tigrinya"),
        pytest.param("Привіт \x00\x1f\u202e", None, id="control characters"),
        pytest.param("👍🏽 𐍈", "en", id="signs that no font has"),
        pytest.param("x" * 20_000, "en", id="one long word"),
    ],
)
def test_pdf_takes_every_text(text: str, locale: str | None) -> None:
    journal = journal_of((text, locale))
    assert journal.pdf().startswith(b"%PDF-")
    assert json.loads(journal.json)["lines"][0]["text"] == text


def test_pdf_carries_its_fonts() -> None:
    pdf = journal_of(("عندي رسالة", "ar"), ("ሰላም", "ti")).pdf()
    for font in (b"NotoSans-Regular", b"NotoSansArabic-Regular", b"NotoSansEthiopic-Regular"):
        assert font in pdf


def test_hash_changes_with_every_word() -> None:
    one = journal_of(("Hej", "da"))
    assert one.sha256 == journal_of(("Hej", "da")).sha256
    assert one.sha256 != journal_of(("Hej.", "da")).sha256
    assert one.sha256 != replace(one, names={"a": "Adviser A"}, ticket=replace(TICKET, topic="other")).sha256


async def test_export_command(tmp_path: Path) -> None:
    settings = {"VEJVISER_DATA_DIR": str(tmp_path), "VEJVISER_SECRET_KEY": SECRET}
    missing = run("export", "t1", "--to", str(tmp_path), **settings)
    assert missing.returncode == 2
    assert "There is no case 't1'" in missing.stderr
    store = open_store(f"sqlite:///{tmp_path}/vejviser.db", Keyring.from_secret(SECRET))
    await store.run(lambda unit: unit.tickets.add(TICKET))
    await store.close()
    done = run("export", "t1", "--to", str(tmp_path / "out"), **settings)
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "out" / "t1.json").read_bytes()
    assert f"SHA-256 {hashlib.sha256(written).hexdigest()}" in done.stdout
    assert (tmp_path / "out" / "t1.pdf").read_bytes().startswith(b"%PDF-")
    if sys.platform != "win32":
        assert (tmp_path / "out" / "t1.json").stat().st_mode & 0o077 == 0
