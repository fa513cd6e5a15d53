"""Settings: read once, refused by name, secrets never told; and a log with allowed keys only."""

import base64
import stat
from pathlib import Path

import pytest
import structlog

from bot.config import PREFIX, Settings, configure_logging, load_settings
from bot.errors import SettingInvalid
from tests.support.content import ROOT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("SEND_RATE", "-1"),
        ("PUBLIC_URL", "example.org"),
        ("WEBHOOK_SECRET", "two words"),
        ("WEBHOOK_SECRET", "x" * 257),
        ("TELEGRAM_API_URL", "ftp://x"),
        ("DRAFTS", "hide"),
        ("LOG_LEVEL", "loud"),
        ("FAILPOINT", "after_commit"),
    ],
)
def test_wrong_setting_is_named_and_not_repeated(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingInvalid) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{PREFIX}{name}: ")
    assert value not in str(refused.value).removeprefix(f"{PREFIX}{name}: ")


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}PORT", "x")
    monkeypatch.setenv(f"{PREFIX}DRAFTS", "x")
    with pytest.raises(SettingInvalid) as refused:
        load_settings()
    assert {line.partition(":")[0] for line in str(refused.value).splitlines()} == {f"{PREFIX}PORT", f"{PREFIX}DRAFTS"}


def test_missing_token_says_where_to_get_one() -> None:
    with pytest.raises(SettingInvalid, match="BotFather"):
        load_settings().token()


def test_empty_setting_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}PUBLIC_URL", "")
    assert load_settings().public_url is None


def test_secrets_print_as_stars() -> None:
    settings = load_settings(telegram_token="1:secret", secret_key="hidden", webhook_secret="quiet")
    assert not any(secret in repr(settings) for secret in ("1:secret", "hidden", "quiet"))


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("postgresql://u:p@host/name", "postgresql+psycopg://u:p@host/name"),
        ("postgres://u:p@host/name", "postgresql+psycopg://u:p@host/name"),
        ("sqlite:////tmp/a.db", "sqlite:////tmp/a.db"),
    ],
)
def test_database_url_is_given_as_people_know_it(given: str, url: str) -> None:
    assert load_settings(database_url=given).sqlalchemy_url() == url


def test_database_of_another_kind_is_refused() -> None:
    with pytest.raises(SettingInvalid, match=r"^VEJVISER_DATABASE_URL"):
        load_settings(database_url="mysql://host").sqlalchemy_url()


def test_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "data")
    key = settings.read_secret_key()
    assert len(base64.b64decode(key)) == 32
    assert settings.read_secret_key() == key
    assert stat.S_IMODE((tmp_path / "data/secret.key").stat().st_mode) == 0o600
    assert len(settings.shared_webhook_secret()) == 64


def test_every_setting_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    missing = [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in readme]
    assert missing == []


def test_log_drops_what_is_not_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", as_json=True)
    try:
        structlog.get_logger().warning("poll failed", reason="Telegram", text="jeg er bange", chat_id=7, token="1:x")
    finally:
        structlog.reset_defaults()
    logged = capsys.readouterr().err
    assert '"reason": "Telegram"' in logged
    assert not any(hidden in logged for hidden in ("bange", "chat_id", "1:x"))
