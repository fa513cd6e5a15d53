"""The studio with 16 languages of 5,000 texts each: every page is made in less than 100 ms."""

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.content.checking import Checking
from bot.content.editorial import Editorial
from bot.content.load import try_load
from bot.content.published import Published
from bot.content.repository import Author
from bot.content.workbench import Workbench
from bot.runner.kept import Kept
from bot.storage.keyring import Keyring
from bot.storage.store import open_store
from bot.web.account import Role
from tests.storage.conftest import KEY
from tests.support.content import TODAY, copy_content
from tests.support.web import START, Browser, Desk

pytestmark = pytest.mark.slow
TAGS = ("ar", "en", "kl", "tr", "so", "fa", "ur", "uk", "pl", "ro", "bs", "ku", "ti", "vi", "ps")  # and Danish
TEXTS = 5_000
MOST_S = 0.1
FIRST_S = 0.25  # after an edit: twice what it takes, since a machine's slow hour is no fault of the page
PATHS = (
    "/studio/map",
    "/studio/translate",
    "/studio/translate/tr",
    "/studio/translate/tr?state=draft&words=klage&page=2",
    "/studio/translate/ar/text?key=complaint/decision/say&state=draft",
    "/studio/flows",
    "/studio/flows/complaint?tag=ar",
    "/studio/flows/complaint/node?name=who",
    "/studio/facts",
    "/studio/facts/social_complaint.period",
    "/studio/articles",
    "/studio/preview?node=complaint/who&tag=ar",
    "/studio/numbers",
    "/studio/publish",
    "/studio/history",
)
EDITOR = Author("Editor A", "editor-a@vejviser.invalid")


def large_content(folder: Path) -> Path:
    """The project's content, with texts added to 5,000 and all of them translated into 15 languages."""
    root = copy_content(folder)
    known = len(Workbench(root).sources.texts)
    lines = [f'  bulk_{number}: "Tekst nummer {number} om en klage"' for number in range(TEXTS - known)]
    (root / "flows" / "bulk.yaml").write_text("flow: bulk\ntitle: Mange\ntexts:\n" + "\n".join(lines) + "\n")
    for tag in TAGS:
        (root / "locales" / tag / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    bench = Workbench(root)
    for tag in TAGS:
        wanted = {key: text.text for key, text in bench.sources.texts.items() if isinstance(text.text, str)}
        missing = {key: text for key, text in wanted.items() if bench.entry(tag, key).text is None}
        for path, raw in bench._write(tag, missing).items():
            (root / path).write_bytes(raw)
    return root


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return large_content(tmp_path_factory.mktemp("content"))


@pytest.fixture
async def large_desk(content: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    published = Published(tmp_path / "data", content, lambda: TODAY, Kept())
    published.sync()
    store = open_store(f"sqlite:///{tmp_path / 'studio.db'}", Keyring([KEY]))
    yield Desk(store, editorial=Editorial(published, lambda: START))
    await store.close()


async def test_pages_are_fast(large_desk: Desk, record_property: Callable[[str, object], None]) -> None:
    browser = await large_desk.signed_in(await large_desk.add("lead", list(Role), name="Lead A"))
    editorial = large_desk.editorial
    assert editorial is not None
    change(editorial, '"Nej"', '"Nej tak"')
    editorial.problems()  # what works in the background is not the page's time
    slow = {}
    for path in PATHS:
        assert (await browser.get(path)).status_code == 200, path  # the first look of a process reads the files
        times = [await seconds(browser, path) for _ in range(5)]
        record_property(path, f"{min(times):.3f}")
        print(f"{min(times) * 1000:6.1f} ms  {path}")
        if min(times) > MOST_S:
            slow[path] = round(min(times), 3)
    assert slow == {}


def test_check_of_everything_takes_less_than_ten_seconds(content: Path) -> None:
    started = time.process_time()
    assert try_load(content, TODAY).errors == ()
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("path", "most_s"),
    [
        ("/studio/publish", FIRST_S),
        ("/studio/map", FIRST_S),
        ("/studio/flows/complaint?tag=ar", 2 * FIRST_S),  # all Danish texts are checked, as for an edit
    ],
)
async def test_first_look_after_an_edit_is_fast(
    large_desk: Desk,
    path: str,
    most_s: float,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """What has changed is read and compared anew; the checks of everything, which take seconds, are not waited for."""
    browser = await large_desk.signed_in(await large_desk.add("lead", list(Role), name="Lead A"))
    editorial = large_desk.editorial
    assert editorial is not None
    monkeypatch.setattr(Checking, "look", lambda *_: None)  # what works in the background is not the page's time
    await browser.get(path)
    times = []
    for number in range(5):
        change(editorial, f'"Nej{" tak" * number}"', f'"Nej{" tak" * (number + 1)}"')
        times.append(await seconds(browser, path))
    record_property(path, f"{min(times):.3f}")
    print(f"{min(times) * 1000:6.1f} ms  {path}")
    assert min(times) < most_s


def change(editorial: Editorial, before: str, after: str) -> None:
    base, flow = editorial.draft(), "flows/common.yaml"
    raw = (editorial.repository.read(flow, base) or b"").decode()
    assert before in raw
    editorial.save({flow: raw.replace(before, after, 1).encode()}, EDITOR, "Edit", base)


async def seconds(browser: Browser, path: str) -> float:
    """Processor time: other programs of the machine are not the studio's fault."""
    started = time.process_time()
    await browser.get(path)
    return time.process_time() - started
