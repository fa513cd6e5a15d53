"""python-telegram-bot by the book: a menu of six states in a ConversationHandler, kept by PicklePersistence."""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    PicklePersistence,
)

from tests.benchmarks.bots import menu
from tests.benchmarks.bots.settings import WEBHOOK_PATH, BotSettings

Context = ContextTypes.DEFAULT_TYPE
Step = Callable[[Update, Context], Coroutine[Any, Any, int]]


def to_keyboard(state: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data)] for text, data in menu.options(state)]
    )


KEYBOARDS = [to_keyboard(state) for state in range(menu.STATES)]


async def start(update: Update, context: Context) -> int:
    assert update.message is not None
    assert context.user_data is not None
    context.user_data["answers"] = {}
    await update.message.reply_text(menu.WELCOME, reply_markup=KEYBOARDS[0])
    return 0


def answer_to(state: int) -> Step:
    """Make the handler of a click in this state."""

    async def take_answer(update: Update, context: Context) -> int:
        query = update.callback_query
        assert query is not None
        assert query.data is not None
        assert context.user_data is not None
        context.user_data["answers"][state] = query.data
        following = menu.follow(state)
        await query.answer()
        await query.edit_message_text(menu.question(following, query.data), reply_markup=KEYBOARDS[following])
        return following

    return take_answer


def main() -> None:
    settings = BotSettings.read()
    application = (
        ApplicationBuilder()
        .token(settings.token)
        .base_url(f"{settings.api_url}/bot")
        .persistence(PicklePersistence(settings.folder / "menu.pickle"))
        .build()
    )
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("start", start)],
            states={
                state: [CallbackQueryHandler(answer_to(state), pattern=f"^s{state}:")] for state in range(menu.STATES)
            },
            fallbacks=[CommandHandler("start", start)],
            name="menu",
            persistent=True,
        )
    )
    application.run_webhook(
        settings.host,
        settings.port,
        url_path=WEBHOOK_PATH,
        webhook_url=settings.webhook_url,
        secret_token=settings.secret,
    )


if __name__ == "__main__":
    main()
