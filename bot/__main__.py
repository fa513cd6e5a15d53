"""The command line; reads arguments and nothing else. Imports what a command needs when it runs: starting is quick."""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bot.config import Settings, configure_logging, load_settings
from bot.errors import BotError

app = typer.Typer(
    name="vejviser",
    help="Vejviser, a multilingual guidance bot on Telegram.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a trace with local values would show texts and secrets
    add_completion=False,
)

user = typer.Typer(name="user", help="Accounts of the desk and the studio.", no_args_is_help=True)
app.add_typer(user)

ROLES = "adviser, lead, editor, publisher, auditor, admin"  # a test compares it with bot.web.account.Role
Result = TypeVar("Result")
Root = Annotated[Path | None, typer.Option("--content", help="Folder with flows/, knowledge/ and locales/.")]


@app.command()
def run() -> None:
    """Talk to Telegram: long polling, or a webhook when VEJVISER_PUBLIC_URL is set."""
    from bot.wiring import run_bot

    settings = load_settings()
    settings.token()
    _run(settings, run_bot(settings))


@app.command()
def demo() -> None:
    """Start everything on this machine, with a phone in the browser instead of Telegram. Needs no token."""
    from bot.wiring import run_demo

    settings = load_settings()
    _run(settings, run_demo(settings, print))


@app.command()
def check(
    root: Root = None,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day for review dates.")] = None,
) -> None:
    """List every problem of the content; exit code 1 when there are errors."""
    from bot.content.load import try_load

    loaded = try_load(_content(root), today.date() if today is not None else date.today())
    for problem in loaded.problems:
        print(problem)
    errors = len(loaded.errors)
    print(f"{errors} errors, {len(loaded.problems) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@app.command()
def extract(
    languages: Annotated[list[str] | None, typer.Argument(help="Tags of languages to add, such as uk.")] = None,
    root: Root = None,
) -> None:
    """Bring the PO files in step with the Danish texts; translations stay with their text."""
    from bot.content.extract import extract_all, extract_interface

    now = datetime.now(UTC)
    written = extract_all(_content(root), now, languages or ()) | extract_interface(_content(root), now)
    for path, waiting in written.items():
        print(f"{path}: {waiting} texts wait for a translator")
    if not written:
        print("All catalogs are in step.")


content_app = typer.Typer(help="Work on the content from the command line.", no_args_is_help=True)
app.add_typer(content_app, name="content")


@content_app.command("contact-sheet")
def contact_sheet(
    to: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    languages: Annotated[
        list[str] | None, typer.Option("--language", help="Only these, such as ar; repeat it.")
    ] = None,
    root: Root = None,
) -> None:
    """Print every screen in every language on one page of HTML."""
    from bot.content.contact_sheet import contact_sheet as make
    from bot.content.load import load_release

    today = date.today()
    to.write_text(make(load_release(_content(root), today), today, tuple(languages or ())), "utf-8")
    print(to)


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables. Done at every start by itself."""
    from bot.storage.migrate import migrate as migrate_database

    settings = load_settings()
    migrate_database(settings.sqlalchemy_url())
    print("The database is up to date.")


@user.command("add")
def user_add(
    login: Annotated[str, typer.Argument(help="What is typed at the login: a-z 0-9 . _ @ -")],
    name: Annotated[str, typer.Option(help="What citizens and colleagues see: a role or a first name.")],
    role: Annotated[list[str], typer.Option(help=f"May be given several times: {ROLES}.")],
    language: Annotated[str, typer.Option(help="Of the pages: da or en.")] = "da",
) -> None:
    """Make an account and print its one-time password."""
    from bot.wiring import add_user

    for wrong in sorted(set(role) - set(ROLES.split(", "))):
        raise typer.BadParameter(f"There is no role '{wrong}'. Roles are {ROLES}.", param_hint="--role")
    settings = load_settings()
    print(f"One-time password: {_result(settings, add_user(settings, login, name, role, language))}")


@user.command("list")
def user_list() -> None:
    """All accounts: login, shown name, roles."""
    from bot.wiring import list_users

    settings = load_settings()
    for account in _result(settings, list_users(settings)):
        state = "  (disabled)" if account.is_disabled else ""
        print(f"{account.login:<20} {account.name:<24} {', '.join(sorted(account.roles))}{state}")


@user.command("disable")
def user_disable(login: str) -> None:
    """Close an account and log out all its browsers."""
    from bot.wiring import disable_user

    settings = load_settings()
    _result(settings, disable_user(settings, login))
    print("Disabled.")


@user.command("password")
def user_password(login: str) -> None:
    """Print a new one-time password; the second factor is off and the account open after that."""
    from bot.wiring import renew_user_password

    settings = load_settings()
    print(f"One-time password: {_result(settings, renew_user_password(settings, login))}")


@app.command()
def export(
    case: Annotated[str, typer.Argument(help="Id of the case, as it stands in the address of its page.")],
    to: Annotated[Path, typer.Option(help="Folder for the two files.")] = Path(),
) -> None:
    """Write a case as JSON and PDF, for the record of the municipality; print the SHA-256 of the JSON."""
    from bot.wiring import export_case

    files, sha256 = _result(settings := load_settings(), export_case(settings, case, to))
    print(*files, f"SHA-256 {sha256}", sep="\n")


@app.command()
def forget(chat_id: Annotated[int, typer.Argument(help="Telegram's id of the chat.")]) -> None:
    """Delete everything that is kept about one person."""
    from bot.wiring import forget_person

    _run(settings := load_settings(), forget_person(settings, chat_id))
    print("Deleted.")


def _content(root: Path | None) -> Path:
    from bot.content.shipped import shipped_content

    return root or shipped_content()


def _run(settings: Settings, work: Coroutine[Any, Any, None]) -> None:
    _result(settings, work)


def _result(settings: Settings, work: Coroutine[Any, Any, Result]) -> Result:
    configure_logging(settings.log_level, as_json=not sys.stderr.isatty())
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        return runner.run(work)


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


def main() -> None:
    """Run a command; what the person at the keyboard can mend is said in words, without a trace."""
    try:
        app()
    except BotError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
