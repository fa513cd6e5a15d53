"""python-telegram-bot by the book: an echo bot on `run_webhook`, every part as it comes."""

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

from tests.benchmarks.bots.settings import WEBHOOK_PATH, BotSettings


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    assert update.message.text is not None
    await update.message.reply_text(update.message.text)


def main() -> None:
    settings = BotSettings.read()
    application = ApplicationBuilder().token(settings.token).base_url(f"{settings.api_url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    application.run_webhook(
        settings.host,
        settings.port,
        url_path=WEBHOOK_PATH,
        webhook_url=settings.webhook_url,
        secret_token=settings.secret,
    )


if __name__ == "__main__":
    main()
