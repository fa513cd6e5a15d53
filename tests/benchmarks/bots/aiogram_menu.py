"""aiogram 3 by the book: a menu of six states in its state machine, kept in SQLite through aiosqlite."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import aiosqlite
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from tests.benchmarks.bots import menu
from tests.benchmarks.bots.settings import WEBHOOK_PATH, BotSettings

STATES = [State(f"s{number}", group_name="menu") for number in range(menu.STATES)]

SCHEMA = "CREATE TABLE IF NOT EXISTS fsm (key TEXT PRIMARY KEY, state TEXT, data TEXT)"
PUT_STATE = "INSERT INTO fsm (key, state) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state"
PUT_DATA = "INSERT INTO fsm (key, data) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data"


class SqliteStorage(BaseStorage):
    """Keeps state and data of a chat in one row; aiogram brings no storage for SQLite."""

    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database

    @classmethod
    async def open(cls, path: Path) -> "SqliteStorage":
        database = await aiosqlite.connect(path, isolation_level=None)
        await database.execute("PRAGMA journal_mode = WAL")
        await database.execute("PRAGMA synchronous = NORMAL")
        await database.execute(SCHEMA)
        return cls(database)

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        await self._database.execute(PUT_STATE, (to_text(key), name))

    async def get_state(self, key: StorageKey) -> str | None:
        return await self._get("SELECT state FROM fsm WHERE key = ?", key)

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self._database.execute(PUT_DATA, (to_text(key), json.dumps(dict(data))))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        found = await self._get("SELECT data FROM fsm WHERE key = ?", key)
        return dict(json.loads(found)) if found else {}

    async def _get(self, query: str, key: StorageKey) -> str | None:
        async with self._database.execute(query, (to_text(key),)) as cursor:
            row = await cursor.fetchone()
        return row[0] if row else None

    async def close(self) -> None:
        await self._database.close()


def to_text(key: StorageKey) -> str:
    return f"{key.bot_id}:{key.chat_id}:{key.user_id}"


def to_keyboard(state: int) -> InlineKeyboardMarkup:
    rows = [[InlineKeyboardButton(text=text, callback_data=data)] for text, data in menu.options(state)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


KEYBOARDS = [to_keyboard(state) for state in range(menu.STATES)]


async def start(message: Message, state: FSMContext) -> None:
    await state.set_state(STATES[0])
    await state.set_data({"answers": {}})
    await message.answer(menu.WELCOME, reply_markup=KEYBOARDS[0])


def answer_to(number: int) -> Callable[[CallbackQuery, FSMContext], Awaitable[None]]:
    """Make the handler of a click in this state."""

    async def take_answer(query: CallbackQuery, state: FSMContext) -> None:
        assert isinstance(query.message, Message)
        assert query.data is not None
        data = await state.get_data()
        data["answers"][str(number)] = query.data
        await state.set_data(data)
        following = menu.follow(number)
        await state.set_state(STATES[following])
        await query.answer()
        await query.message.edit_text(menu.question(following, query.data), reply_markup=KEYBOARDS[following])

    return take_answer


async def run(settings: BotSettings) -> None:
    server = TelegramAPIServer.from_base(settings.api_url)
    bot = Bot(settings.token, session=AiohttpSession(api=server))
    dispatcher = Dispatcher(storage=await SqliteStorage.open(settings.folder / "menu.sqlite"))
    dispatcher.message.register(start, CommandStart())
    for number, state in enumerate(STATES):
        dispatcher.callback_query.register(answer_to(number), state, F.data.startswith(f"s{number}:"))
    application = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=settings.secret).register(application, f"/{WEBHOOK_PATH}")
    setup_application(application, dispatcher, bot=bot)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    await bot.set_webhook(settings.webhook_url, secret_token=settings.secret)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(BotSettings.read()))
