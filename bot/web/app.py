"""Puts pages together to one Litestar app: login, access, errors in words."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Litestar, Request, Response
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader, Cookie
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException
from litestar.middleware import DefineMiddleware
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler
from litestar.utils.scope.state import ScopeState

from bot.errors import ContentUnusable, RevisionUnknown, StorageUnavailable
from bot.web.access import MustChangePassword, check_access, public, refuse_undeclared
from bot.web.live import live
from bot.web.login import LOGIN_PATH, LoginPages, logout
from bot.web.openid import OpenIdPages
from bot.web.page import STATIC
from bot.web.profile import PATH as PROFILE_PATH
from bot.web.profile import ProfilePages
from bot.web.refused import forget_sent_again
from bot.web.session import SessionMiddleware
from bot.web.web import Web, WebParts

STATIC_CACHE = CacheControlHeader(public=True, max_age=31_536_000, immutable=True)  # the address changes with the file
WRITTEN = ("text", "form-", "f-", "value")  # beginnings of the names of fields that people write texts in
log = structlog.get_logger()
Answer = Response[Any]


def make_app(web: Web, pages: Sequence[ControllerRouterHandler]) -> Litestar:
    """The app of these pages and of those that all share.

    Raises:
        AccessUndeclared: a route does not say who may call it.
    """
    static = create_static_files_router(
        "/desk/static", [STATIC], opt=public(), cache_control=STATIC_CACHE, include_in_schema=False
    )
    errors = _Errors(web)
    app = Litestar(
        [LoginPages, logout, OpenIdPages, ProfilePages, live, static, *pages],
        guards=[check_access],
        before_request=partial(forget_sent_again, web=web),
        dependencies={"web": Provide(lambda: web, sync_to_thread=False)},
        middleware=[DefineMiddleware(SessionMiddleware, web=web)],
        csrf_config=CSRFConfig(
            secret=f"csrf {web.secret}",
            cookie_name=web.cookie_name("csrf"),
            cookie_secure=web.is_https,
            cookie_httponly=True,
            cookie_samesite="strict",
            header_name="x-csrf-token",
        ),
        exception_handlers={
            NotAuthorizedException: errors.stranger,
            MustChangePassword: errors.must_change_password,
            PermissionDeniedException: errors.refused,
            HTTPException: errors.http,
            StorageUnavailable: errors.away,
            ContentUnusable: errors.unusable,
            RevisionUnknown: errors.unknown,
            Exception: errors.broken,
        },
        openapi_config=None,
        logging_config=None,  # Litestar would let all libraries log, and httpx logs addresses with codes in them
        debug=False,
        signature_types=[WebParts],
    )
    refuse_undeclared(app)
    return app


class _Errors:
    """Every error is a page that says what to do."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def _page(self, request: Request[Any, Any, Any], status: int, problem: str) -> Answer:
        """What was written in a form is shown, so that nobody writes it twice; forms stand on the page above their
        own address, and the way leads back there."""
        is_form = request.method == "POST"
        form = ScopeState.from_scope(request.scope).form if is_form else {}  # read by the CSRF check
        values = form if isinstance(form, Mapping) else {}
        back = request.url.path.rpartition("/")[0] if values.get("text") else ""
        text = "\n\n".join(str(value) for name, value in values.items() if value and name.startswith(WRITTEN))
        return self._web.pages.render(request, "error.html", status, problem=problem, text=text, back=back)

    def stranger(self, request: Request[Any, Any, Any], error: NotAuthorizedException) -> Answer:
        """To the login, and back."""
        if request.method == "GET" and "hx-request" not in request.headers:
            target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return Redirect(f"{LOGIN_PATH}?next={quote(target)}", status_code=303)
        return self._page(request, 401, "expired")

    def must_change_password(self, request: Request[Any, Any, Any], error: MustChangePassword) -> Answer:
        return Redirect(f"{PROFILE_PATH}#pw", status_code=303)

    def refused(self, request: Request[Any, Any, Any], error: PermissionDeniedException) -> Answer:
        if not error.detail.startswith("CSRF"):
            return self._page(request, 403, "refused")
        answer = self._page(request, 403, "form")
        # A cookie that our secret did not make would keep this browser out for ever.
        answer.cookies.append(Cookie(key=self._web.cookie_name("csrf"), value="", max_age=0, path="/"))
        return answer

    def http(self, request: Request[Any, Any, Any], error: HTTPException) -> Answer:
        known = {404: "missing", 405: "method"}
        return self._page(request, error.status_code, known.get(error.status_code, "request"))

    def away(self, request: Request[Any, Any, Any], error: StorageUnavailable) -> Answer:
        return self._page(request, 503, "away")

    def unusable(self, request: Request[Any, Any, Any], error: ContentUnusable) -> Answer:
        log.error("content unusable", error=type(error).__name__, method=request.method)
        return self._page(request, 503, "content")

    def unknown(self, request: Request[Any, Any, Any], error: RevisionUnknown) -> Answer:
        return self._page(request, 404, "missing")

    def broken(self, request: Request[Any, Any, Any], error: Exception) -> Answer:
        log.error("page failed", error=type(error).__name__, method=request.method)
        return self._page(request, 500, "broken")
