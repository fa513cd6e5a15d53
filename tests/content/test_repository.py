"""The content's repository: edits are commits, nobody's work is lost, and what is live changes whole or not at all."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.content import repository as module
from bot.content.published import read_files
from bot.content.repository import DRAFT, LIVE, SHIPPED, Author, ContentRepository
from bot.errors import ContentClash, ContentUnusable, RevisionUnknown
from tests.support.content import ROOT

A, B = Author("Editor A", "editor-a@vejviser.invalid"), Author("Editor B", "editor-b@vejviser.invalid")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FLOW = "flows/start.yaml"
PO = "locales/en/LC_MESSAGES/flows.po"
PO_TEXT = b"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgctxt "start/say"
msgid "Hej"
msgstr "Hi"

msgctxt "start/bye"
msgid "Farvel"
msgstr "Bye"
"""
LINES = b"one: 1\n\n\ntwo: 2\n\n\nthree: 3\n"


@pytest.fixture
def repository(tmp_path: Path) -> ContentRepository:
    return made(tmp_path, {FLOW: LINES, PO: PO_TEXT})


def made(folder: Path, files: dict[str, bytes]) -> ContentRepository:
    repository = ContentRepository(folder / "content.git")
    repository.make(lambda: files, NOW)
    return repository


def change(repository: ContentRepository, path: str, before: bytes, after: bytes, base: str, author: Author = A) -> str:
    """An edit of a file as it was at `base`."""
    raw = repository.read(path, base)
    assert raw is not None
    assert before in raw
    return repository.commit({path: raw.replace(before, after)}, author, "Edit", base, NOW)


def test_fresh_repository_has_the_shipped_content_on_all_branches(repository: ContentRepository) -> None:
    assert len({repository.revision(branch) for branch in (SHIPPED, DRAFT, LIVE)}) == 1
    assert repository.read(FLOW, repository.revision(LIVE)) == LINES
    assert repository.read("flows/none.yaml", repository.revision(LIVE)) is None


def test_edit_is_a_commit_of_its_editor_and_not_yet_live(repository: ContentRepository) -> None:
    base = repository.revision(DRAFT)
    edited = change(repository, FLOW, b"one: 1", b"one: 11", base)
    commit = repository.commit_of(edited)
    assert (commit.author, commit.message, commit.at, commit.parents) == (A, "Edit", NOW, (base,))
    assert repository.revision(DRAFT) == edited
    assert repository.revision(LIVE) == base
    assert repository.last_change(FLOW) == commit


def test_edit_that_changes_nothing_is_no_commit(repository: ContentRepository) -> None:
    base = repository.revision(DRAFT)
    assert repository.commit({FLOW: LINES}, A, "Nothing", base, NOW) == base


def test_two_editors_of_different_texts_both_keep_theirs(repository: ContentRepository) -> None:
    base = repository.revision(DRAFT)
    change(repository, FLOW, b"one: 1", b"one: 11", base)
    change(repository, FLOW, b"three: 3", b"three: 33", base, B)
    change(repository, PO, b'"Hi"', b'"Hello"', base)
    change(repository, PO, b'"Bye"', b'"Goodbye"', base, B)
    draft = repository.revision(DRAFT)
    assert repository.read(FLOW, draft) == b"one: 11\n\n\ntwo: 2\n\n\nthree: 33\n"
    merged = repository.read(PO, draft) or b""
    assert b"Hello" in merged
    assert b"Goodbye" in merged


@pytest.mark.parametrize(
    ("path", "before", "first", "second", "clash"),
    [
        pytest.param(PO, b'"Hi"', b'"Hello"', b'"Dear you"', f"{PO}: start/say", id="translation"),
        pytest.param(FLOW, b"two: 2", b"two: 22", b"two: 0", FLOW, id="file"),
    ],
)
def test_second_editor_of_one_text_is_told_and_nothing_is_lost(
    repository: ContentRepository, path: str, before: bytes, first: bytes, second: bytes, clash: str
) -> None:
    base = repository.revision(DRAFT)
    edited = change(repository, path, before, first, base)
    with pytest.raises(ContentClash) as refused:
        change(repository, path, before, second, base, B)
    assert refused.value.clashes == (clash,)
    assert repository.revision(DRAFT) == edited
    mended = change(repository, path, first, second, edited, B)  # seen, and decided
    assert repository.revision(DRAFT) == mended


def test_both_type_the_same(repository: ContentRepository) -> None:
    base = repository.revision(DRAFT)
    edited = change(repository, PO, b'"Hi"', b'"Hello"', base)
    assert change(repository, PO, b'"Hi"', b'"Hello"', base, B) == edited


def test_publication_moves_live_and_history_says_who_and_why(repository: ContentRepository) -> None:
    first = repository.revision(LIVE)
    edited = change(repository, FLOW, b"one: 1", b"one: 11", first)
    published = repository.publish(edited, B, "New words", NOW + timedelta(hours=1))
    assert repository.revision(LIVE) == repository.revision(DRAFT) == published
    history = repository.history()
    assert [(each.action, each.message, each.author) for each in history] == [
        ("publish", "New words", B),
        ("ship", "The content that came with this version.", module.PROGRAM),
    ]
    assert [each.revision for each in repository.between(first, published)] == [published, edited]
    assert list(repository.changed(first, published)) == [FLOW]


def test_draft_may_go_on_while_an_older_state_of_it_is_published(repository: ContentRepository) -> None:
    seen = change(repository, FLOW, b"one: 1", b"one: 11", repository.revision(DRAFT))
    change(repository, FLOW, b"two: 2", b"two: 22", seen)
    repository.publish(seen, A, "", NOW)
    assert repository.read(FLOW, repository.revision(LIVE)) == b"one: 11\n\n\ntwo: 2\n\n\nthree: 3\n"
    assert repository.read(FLOW, repository.revision(DRAFT)) == b"one: 11\n\n\ntwo: 22\n\n\nthree: 3\n"


def test_two_publishers_at_once_the_second_is_told(repository: ContentRepository) -> None:
    seen = change(repository, FLOW, b"one: 1", b"one: 11", repository.revision(DRAFT))
    newer = change(repository, FLOW, b"two: 2", b"two: 22", seen)
    repository.publish(newer, A, "", NOW)
    with pytest.raises(ContentClash):
        repository.publish(seen, B, "", NOW)
    assert b"22" in (repository.read(FLOW, repository.revision(LIVE)) or b"")


def test_taking_back_leaves_later_work_and_can_itself_be_taken_back(repository: ContentRepository) -> None:
    first = change(repository, FLOW, b"one: 1", b"one: 11", repository.revision(DRAFT))
    publication = repository.publish(first, A, "One", NOW)
    second = change(repository, FLOW, b"three: 3", b"three: 33", repository.revision(DRAFT))
    repository.publish(second, A, "Three", NOW)
    change(repository, PO, b'"Hi"', b'"Hello"', repository.revision(DRAFT))

    base, files = repository.without(publication)
    assert files[FLOW] == b"one: 1\n\n\ntwo: 2\n\n\nthree: 33\n"
    taken_back = repository.take_back(publication, B, "Wrong number", base, NOW)
    assert repository.read(FLOW, taken_back) == files[FLOW]
    draft = repository.revision(DRAFT)
    assert repository.read(FLOW, draft) == files[FLOW]
    assert b"Hello" in (repository.read(PO, draft) or b"")
    assert (repository.history()[0].action, repository.history()[0].about) == ("take-back", publication)

    repository.take_back(taken_back, B, "It was right", repository.without(taken_back)[0], NOW)
    assert repository.read(FLOW, repository.revision(LIVE)) == b"one: 11\n\n\ntwo: 2\n\n\nthree: 33\n"


def test_publication_whose_texts_were_changed_again_cannot_be_taken_back_alone(repository: ContentRepository) -> None:
    publication = repository.publish(
        change(repository, FLOW, b"one: 1", b"one: 11", repository.revision(DRAFT)), A, "", NOW
    )
    repository.publish(change(repository, FLOW, b"one: 11", b"one: 12", repository.revision(DRAFT)), A, "", NOW)
    with pytest.raises(ContentClash):
        repository.without(publication)


def test_new_version_changes_what_nobody_has_edited(repository: ContentRepository) -> None:
    repository.publish(change(repository, FLOW, b"one: 1", b"one: 11", repository.revision(DRAFT)), A, "", NOW)
    new = {FLOW: LINES.replace(b"one: 1", b"one: 5").replace(b"three: 3", b"three: 4"), PO: PO_TEXT}
    assert repository.ship(new, NOW)
    assert not repository.ship(new, NOW)
    merged = repository.merge(LIVE, SHIPPED, NOW)
    assert list(map(str, merged.clashes)) == [FLOW]
    assert repository.read(FLOW, merged.revision) == b"one: 11\n\n\ntwo: 2\n\n\nthree: 4\n"
    assert "Kept as it was here: flows/start.yaml" in repository.history()[0].message


def test_merge_that_is_not_accepted_moves_nothing(repository: ContentRepository) -> None:
    before = repository.revision(LIVE)
    repository.ship({FLOW: b"broken"}, NOW)
    assert repository.merge(LIVE, SHIPPED, NOW, accept=lambda revision: False).revision == before


@pytest.mark.parametrize("revision", ["", "0" * 40, "main", "../../etc", "0" * 39, "é"])
def test_unknown_revision_is_said(repository: ContentRepository, revision: str) -> None:
    with pytest.raises(RevisionUnknown):
        repository.read(FLOW, revision)


# --- from outside --------------------------------------------------------------------------------


def git(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    named = ["git", "-c", "user.name=Translator A", "-c", "user.email=a@translators.invalid", *command]
    return subprocess.run(named, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def clone(repository: ContentRepository, tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    done = git("clone", "-q", str(repository.path), str(folder), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return folder


def test_pushed_work_is_merged_into_the_draft(repository: ContentRepository, clone: Path) -> None:
    change(repository, PO, b'"Bye"', b'"Goodbye"', repository.revision(DRAFT))
    (clone / PO).write_bytes(PO_TEXT.replace(b'"Hi"', b'"Hello"'))
    git("commit", "-qam", "Better", cwd=clone)
    assert git("push", "-q", "origin", "HEAD:incoming/weblate", cwd=clone).returncode == 0
    assert repository.incoming() == ["incoming/weblate"]
    assert repository.clashes(DRAFT, "incoming/weblate") == ()
    repository.merge(DRAFT, "incoming/weblate", NOW)
    merged = repository.read(PO, repository.revision(DRAFT)) or b""
    assert b"Hello" in merged
    assert b"Goodbye" in merged
    assert repository.incoming() == []


def test_pushed_work_that_clashes_is_told_by_file_and_text(repository: ContentRepository, clone: Path) -> None:
    change(repository, PO, b'"Hi"', b'"Dear you"', repository.revision(DRAFT))
    (clone / PO).write_bytes(PO_TEXT.replace(b'"Hi"', b'"Hello"'))
    git("commit", "-qam", "Better", cwd=clone)
    git("push", "-q", "origin", "HEAD:incoming/weblate", cwd=clone)
    assert list(map(str, repository.clashes(DRAFT, "incoming/weblate"))) == [f"{PO}: start/say"]


@pytest.mark.parametrize("branch", [LIVE, DRAFT, SHIPPED, "other"])
def test_nobody_pushes_past_the_publication(repository: ContentRepository, clone: Path, branch: str) -> None:
    before = [repository.revision(each) for each in (LIVE, DRAFT, SHIPPED)]
    (clone / FLOW).write_bytes(b"one: 666\n")
    git("commit", "-qam", "Past", cwd=clone)
    refused = git("push", "-q", "origin", f"HEAD:{branch}", cwd=clone)
    assert refused.returncode != 0
    assert "incoming/" in refused.stderr
    assert [repository.revision(each) for each in (LIVE, DRAFT, SHIPPED)] == before


# --- faults --------------------------------------------------------------------------------------

KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bot.content.repository import DRAFT, Author, ContentRepository
from bot.runner import failpoint
failpoint.arm(sys.argv[2], 0)
repository = ContentRepository(Path(sys.argv[1]))
repository.publish(repository.revision(DRAFT), Author("A", "a@vejviser.invalid"), "", datetime.now(UTC))
"""


@pytest.mark.parametrize(("place", "is_live"), [("before_publish", False), ("after_publish", True)])
def test_killed_in_the_middle_of_a_publication(repository: ContentRepository, place: str, is_live: bool) -> None:
    edited = change(repository, FLOW, b"one: 1", b"one: 11", repository.revision(DRAFT))
    killed = subprocess.run([sys.executable, "-c", KILLED, str(repository.path), place], check=False)
    assert killed.returncode == -9
    live = repository.revision(LIVE)
    assert (b"11" in (repository.read(FLOW, live) or b"")) == is_live
    repository.merge(DRAFT, LIVE, NOW)  # what every start does
    later = change(repository, FLOW, b"two: 2", b"two: 22", repository.revision(DRAFT))
    assert repository.read(FLOW, repository.publish(later, A, "", NOW)) == b"one: 11\n\n\ntwo: 22\n\n\nthree: 3\n"
    assert edited in [each.revision for each in repository.history(DRAFT)]


def test_beginning_of_a_repository_that_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    left, fresh = tmp_path / "content-left", tmp_path / "content-fresh"
    for folder in (left, fresh):
        (folder / "objects").mkdir(parents=True)
    os.utime(left, (0, 0))
    made(tmp_path, {FLOW: LINES})
    assert not left.exists()
    assert fresh.exists()  # another process may just be making it


def test_lock_that_a_killed_process_left_is_removed(repository: ContentRepository) -> None:
    lock = repository.path / "refs" / "heads" / f"{DRAFT}.lock"
    lock.write_bytes(b"")
    os.utime(lock, (0, 0))
    change(repository, FLOW, b"one: 1", b"one: 11", repository.revision(DRAFT))
    assert not lock.exists()


def test_lock_that_is_in_use_is_waited_for_and_then_said(
    repository: ContentRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRIES", 2)
    (repository.path / "refs" / "heads" / f"{DRAFT}.lock").write_bytes(b"")
    with pytest.raises(ContentUnusable, match="locked"):
        change(repository, FLOW, b"one: 1", b"one: 11", repository.revision(DRAFT))


FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.content.repository import DRAFT, Author, ContentRepository
from bot.errors import ContentUnusable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
repository = ContentRepository(Path(sys.argv[1]))
base = repository.revision(DRAFT)
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
try:
    changes = {"flows/new.yaml": bytes(range(256)) * 40}
    repository.commit(changes, Author("A", "a@b.invalid"), "", base, datetime.now(UTC))
except ContentUnusable as error:
    sys.stdout.write(str(error))
    sys.exit(3)
"""


def test_full_disk_is_said_and_nothing_is_half_written(repository: ContentRepository) -> None:
    before = repository.revision(DRAFT)
    full = subprocess.run(
        [sys.executable, "-c", FULL, str(repository.path)], capture_output=True, text=True, check=False
    )
    assert full.returncode == 3, full.stderr
    assert "What is live stays live" in full.stdout
    assert repository.revision(DRAFT) == before
    change(repository, FLOW, b"one: 1", b"one: 11", before)


def objects(repository: ContentRepository) -> Iterator[Path]:
    return (path for path in (repository.path / "objects").glob("??/*") if path.is_file())


def test_damaged_repository_is_said(repository: ContentRepository) -> None:
    draft = repository.revision(DRAFT)
    for path in objects(repository):
        path.chmod(0o644)
        path.write_bytes(b"")
    with pytest.raises(ContentUnusable):
        repository.read(FLOW, draft)


def test_whole_content_survives_a_commit_of_every_file(tmp_path: Path) -> None:
    files = read_files(ROOT)
    repository = made(tmp_path, files)
    assert repository.holds(DRAFT, files)
    repository.write_files(repository.revision(DRAFT), tmp_path / "out")
    assert read_files(tmp_path / "out") == files
