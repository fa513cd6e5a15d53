"""Settings, read from the environment and nowhere else, and how the program logs."""

import base64
import hashlib
import logging
import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import structlog
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from structlog.typing import EventDict, WrappedLogger

from bot.errors import SettingInvalid

PREFIX = "VEJVISER_"


def _check_webhook_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
        raise ValueError("must be 1 to 256 of A-Z a-z 0-9 _ -, or Telegram does not take it")
    return secret


class Settings(BaseSettings):
    """Every setting: its name in the environment is `VEJVISER_` and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    telegram_token: SecretStr | None = Field(None, description="The bot's token, from @BotFather. Needed by `run`.")
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="Base of the Bot API, before `/bot<token>/`.", pattern=r"^https?://\S+$"
    )
    public_url: str | None = Field(
        None,
        description="Where Telegram reaches us (https). Set: webhook; not set: long polling.",
        pattern=r"^https?://\S+$",
    )
    webhook_secret: Annotated[SecretStr, AfterValidator(_check_webhook_secret)] | None = Field(
        None, description="Shared with Telegram, 1 to 256 of A-Z a-z 0-9 _ -. Default: made from the secret key."
    )
    send_rate: float = Field(30, description="Messages a second in all; 0 = no limit.", ge=0, le=1000)
    database_url: str | None = Field(
        None, description="`postgresql://user:password@host/name`. Default: SQLite in the data folder."
    )
    data_dir: Path = Field(
        Path(".vejviser"),
        description="Where the SQLite database, the key and the content's repository are kept. All processes share one "
        "folder, also on several machines.",
    )
    content_dir: Path | None = Field(
        None, description="Folder with `flows/`, `knowledge/`, `locales/`. Default: the content that was installed."
    )
    drafts: Literal["label", "approved-only"] = Field(
        "label", description="Translations about rights that nobody approved: `label` them, or show Danish instead."
    )
    four_eyes: bool = Field(False, description="`true`: nobody publishes content that they have edited themselves.")
    keep_session_days: int = Field(
        30, description="Days until language, place and answers of a person who is silent are deleted.", ge=1, le=365
    )
    keep_ticket_days: int = Field(
        30, description="Days until a closed conversation with an adviser is deleted.", ge=1, le=365
    )
    host: str = Field("127.0.0.1", description="Address that the web server listens on.")
    port: int = Field(8080, description="Its port.", ge=1, le=65535)
    metrics_port: int = Field(9464, description="Port of `/metrics`, on loopback only; 0 = none.", ge=0, le=65535)
    secret_key: SecretStr | None = Field(
        None,
        description="32 bytes in base64 that encrypt what is stored; several with commas, the first one encrypts. "
        "Default: a file in the data folder, made at the first start.",
    )
    failpoint: str | None = Field(
        None,
        description="For crash tests: `name:n` kills the process at that place after n passes.",
        pattern=r"^[a-z_]+:\d+$",
    )
    desk_url: str | None = Field(
        None,
        description="Where browsers reach the desk. Default: VEJVISER_PUBLIC_URL, else host and port.",
        pattern=r"^https?://[^/\s]+$",
    )
    oidc_issuer: str | None = Field(
        None, description="OpenID Connect provider of the desk's accounts; not set: none.", pattern=r"^https?://\S+$"
    )
    oidc_client_id: str = Field("vejviser", description="What the provider calls us.")
    oidc_client_secret: SecretStr | None = Field(None, description="What the provider gave us. Needed with an issuer.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")

    def token(self) -> str:
        """Raises SettingInvalid when there is none."""
        if self.telegram_token is None:
            raise SettingInvalid(
                f"{PREFIX}TELEGRAM_TOKEN is missing. Ask @BotFather on Telegram for a token, or try `make demo`."
            )
        return self.telegram_token.get_secret_value()

    def shared_webhook_secret(self) -> str:
        """What Telegram must send with each update; the same in every process that has the same key."""
        if self.webhook_secret is not None:
            return self.webhook_secret.get_secret_value()
        return hashlib.sha256(b"webhook " + self.read_secret_key().encode()).hexdigest()

    def web_secret(self) -> str:
        """For tokens of the web pages; the same in every process that has the same key."""
        return hashlib.sha256(b"web " + self.read_secret_key().encode()).hexdigest()

    def web_url(self) -> str:
        """How browsers reach us, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.desk_url or self.public_url or f"http://{host}:{self.port}").rstrip("/")

    def oidc_secret(self) -> str:
        """Raises SettingInvalid where there is an issuer but no secret."""
        if self.oidc_client_secret is None:
            raise SettingInvalid(f"{PREFIX}OIDC_CLIENT_SECRET is missing: {PREFIX}OIDC_ISSUER needs it.")
        return self.oidc_client_secret.get_secret_value()

    def sqlalchemy_url(self) -> str:
        if self.database_url is None:
            return f"sqlite:///{(self.data_dir / 'vejviser.db').absolute()}"
        scheme, _, rest = self.database_url.partition("://")
        if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
            return f"postgresql+psycopg://{rest}"
        if scheme == "sqlite":
            return self.database_url
        raise SettingInvalid(f"{PREFIX}DATABASE_URL must start with postgresql:// or sqlite:///.")

    def read_secret_key(self) -> str:
        """The key or keys that encrypt stored texts; made and kept in the data folder where none is set."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.data_dir / "secret.key"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
        return path.read_text()


def load_settings(**values: object) -> Settings:
    """Read the environment; `values` override it.

    Raises:
        SettingInvalid: names every wrong variable and says what it must be, never what it was.
    """
    try:
        return Settings(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [f"{PREFIX}{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}." for each in error.errors()]
        raise SettingInvalid("\n".join(lines)) from None


# --- logging ------------------------------------------------------------------------------------

# Nothing else reaches the log: no text, name, number, chat or token can slip into it.
LOGGED = frozenset(
    {"event", "level", "timestamp", "kind", "reason", "count", "seconds", "status", "method", "update_id", "error"}
    | {"setting", "code", "problems", "digest", "address", "url", "mode", "locale"}
)
QUIET_LIBRARIES = ("httpx", "httpcore", "aiohttp", "telegram", "uvicorn", "asyncio", "alembic", "sqlalchemy", "babel")


def _only_allowed(logger: WrappedLogger, name: str, event: EventDict) -> Mapping[str, object]:
    return {key: value for key, value in event.items() if key in LOGGED}


def configure_logging(level: str, *, as_json: bool) -> None:
    """Lines on standard error, with allowed keys only; what libraries log below an error is dropped."""
    # Libraries log whole URLs (with the token) and requests.
    for library in QUIET_LIBRARIES:
        logging.getLogger(library).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
