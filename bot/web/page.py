"""HTML pages from templates, in the visitor's language."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup

from bot.i18n.day import full_date, weekday_name
from bot.web.account import Account, Role, WebSession
from bot.web.language import LANGUAGES, SOURCE, Translations, preferred

HERE = Path(__file__).parent
STATIC = HERE / "static"
COPENHAGEN = ZoneInfo("Europe/Copenhagen")

REFUSED = "refused"  # in addresses and forms: the id of a form that was refused (see `refused.py`)

Visit = Request[Account | None, WebSession | None, State]
SignedIn = Request[Account, WebSession, State]


class Pages:
    """Renders templates.

    Args:
        folders: More folders with templates, such as the desk's; names are unique among all.
    """

    def __init__(self, translations: Translations, folders: Sequence[Path] = ()) -> None:
        self._environments = {
            tag: _environment(tag, translations, [HERE / "templates", *folders]) for tag in translations
        }

    def render(self, request: Request[Any, Any, Any], name: str, status: int = 200, **values: Any) -> Response[str]:
        account: Account | None = request.scope.get("user")
        language = language_of(request)
        html = (
            self._environments[language]
            .get_template(name)
            .render(
                language=language,
                account=account,
                path=request.url.path,
                refused_form=request.query_params.get(REFUSED, ""),
                csrf_token=ScopeState.from_scope(request.scope).csrf_token or "",
                **values,
            )
        )
        return Response(html, status_code=status, media_type=MediaType.HTML)

    def fragment(self, name: str, language: str, **values: Any) -> Markup:
        """A piece of a page that is the same for everybody."""
        return Markup(self._environments[language].get_template(name).render(language=language, **values))  # noqa: S704

    def words(self, template: str, name: str, language: str = SOURCE) -> Mapping[str, str]:
        """Words that a template has set under a name."""
        words: Mapping[str, str] = getattr(self._environments[language].get_template(template).module, name)
        return words


def language_of(request: Request[Any, Any, Any]) -> str:
    """`?lang=en` before all others, then the account's, then the browser's."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return str(asked)
    account: Account | None = request.scope.get("user")
    if account is not None and account.language in LANGUAGES:
        return account.language
    return preferred(request.headers.get("accept-language", ""))


def _environment(tag: str, translations: Translations, folders: list[Path]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations[tag], newstyle=True)  # type: ignore[attr-defined]
    environment.filters["when"] = lambda at: _when(at, tag)
    environment.filters["language_name"] = lambda locale: _language_name(locale, tag)
    environment.filters["weekday"] = lambda weekday: weekday_name(weekday, tag)
    environment.filters["clock"] = lambda at: at.strftime("%H:%M")
    environment.filters["day"] = lambda day: full_date(day, tag)
    environment.globals |= {"static": _static_address, "languages": LANGUAGES, "Role": Role}
    return environment


@lru_cache(maxsize=512)
def _language_name(locale: str, tag: str) -> str:
    return Locale.parse(locale).get_display_name(tag) or locale


def _when(at: datetime, tag: str) -> str:
    return format_datetime(at.astimezone(COPENHAGEN), "medium", locale=tag if tag != "en" else "en_GB")


def _static_address(name: str) -> str:
    """With a hash of the file, so that browsers may keep it for ever."""
    return f"/desk/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
