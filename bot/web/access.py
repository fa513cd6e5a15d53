"""Who may call which route. Every route declares it; one that does not stops the start, and is refused to everybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.routes import ASGIRoute, HTTPRoute, WebSocketRoute

from bot.errors import AccessUndeclared
from bot.web.account import Account, Role

_KEY = "access"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route declares.

    Args:
        roles: One of them is needed; None asks for no login at all.
        with_one_time_password: Open also before a one-time password was changed.
    """

    roles: frozenset[Role] | None
    with_one_time_password: bool = False


def public() -> dict[str, Any]:
    """`@get("/desk/login", opt=public())`: open to strangers."""
    return {_KEY: Access(None)}


def signed_in(*, with_one_time_password: bool = False) -> dict[str, Any]:
    """Open to every account."""
    return {_KEY: Access(frozenset(Role), with_one_time_password)}


def only(*roles: Role) -> dict[str, Any]:
    """Open to accounts that hold one of these roles."""
    return {_KEY: Access(frozenset(roles))}


def access_of(handler: BaseRouteHandler) -> Access | None:
    declared = handler.opt.get(_KEY)
    return declared if isinstance(declared, Access) else None


class MustChangePassword(PermissionDeniedException):
    """Nothing else is open before."""


def check_access(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Litestar's guard of all routes."""
    access = access_of(handler)
    if access is None:
        raise PermissionDeniedException
    if access.roles is None:
        return
    account: Account | None = connection.scope.get("user")
    if account is None:
        raise NotAuthorizedException
    if account.must_change_password and not access.with_one_time_password:
        raise MustChangePassword
    if not account.has_any(access.roles):
        raise PermissionDeniedException


def routes_of(app: Litestar) -> Iterator[tuple[str, str, BaseRouteHandler]]:
    """(method, path, handler) of all; without the answers to OPTIONS that Litestar adds, which the guard refuses."""
    for route in app.routes:
        match route:
            case HTTPRoute():
                for handler in route.route_handlers:
                    yield from ((method, route.path, handler) for method in handler.http_methods if method != "OPTIONS")
            case ASGIRoute() | WebSocketRoute():
                yield route.scope_type.value, route.path, route.route_handler


def refuse_undeclared(app: Litestar) -> None:
    """Raises AccessUndeclared with the names of all routes that say nothing."""
    wrong = [f"{method} {path} ({handler})" for method, path, handler in routes_of(app) if access_of(handler) is None]
    if wrong:
        raise AccessUndeclared(f"These routes declare no access (see bot/web/access.py): {', '.join(wrong)}")
