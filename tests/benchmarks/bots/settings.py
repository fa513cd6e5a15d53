"""The settings that every bot of the benchmark gets, under the names that ours has."""

import os
from dataclasses import dataclass
from pathlib import Path

WEBHOOK_PATH = "telegram"


@dataclass(frozen=True, slots=True)
class BotSettings:
    token: str
    api_url: str
    host: str
    port: int
    public_url: str
    secret: str
    folder: Path

    @property
    def webhook_url(self) -> str:
        return f"{self.public_url}/{WEBHOOK_PATH}"

    @classmethod
    def read(cls) -> "BotSettings":
        def value(name: str) -> str:
            return os.environ[f"VEJVISER_{name}"]

        return cls(
            token=value("TELEGRAM_TOKEN"),
            api_url=value("TELEGRAM_API_URL"),
            host=value("HOST"),
            port=int(value("PORT")),
            public_url=value("PUBLIC_URL"),
            secret=value("WEBHOOK_SECRET"),
            folder=Path(value("DATA_DIR")),
        )
