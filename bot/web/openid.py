"""Login by OpenID Connect: code flow with PKCE, by authlib. What must be remembered meanwhile is in one cookie."""

import base64
import hashlib
import hmac
import secrets
import warnings
from typing import Any

import structlog
from litestar import Controller, Response, get
from litestar.datastructures import Cookie
from litestar.response import Redirect

from bot.errors import BotError
from bot.web.access import public
from bot.web.login import LOGIN_PATH, safe_next
from bot.web.page import Visit
from bot.web.ports import WebUnit
from bot.web.session import NAME, begin_session, session_cookie
from bot.web.web import OpenIdProvider, Web

PATH = f"{LOGIN_PATH}/openid"
BACK_PATH = f"{PATH}/back"
COOKIE_S = 600
TIMEOUT_S = 10
LEEWAY_S = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]

log = structlog.get_logger()


class OpenIdRefused(BotError):
    """The provider or its answer cannot be trusted, or the person turned back there."""


class OpenIdPages(Controller):
    path = PATH

    @get(opt=public())
    async def go(self, request: Visit, web: Web) -> Redirect | Response[str]:
        """Off to the provider."""
        if web.openid is None:
            return _refused(request, web, "openid")
        flow = secrets.token_urlsafe(32)
        try:
            provider = await _discover(web.openid)
        except OpenIdRefused as refused:
            return _refused(request, web, "openid", refused)
        async with _client(web, web.openid) as client:
            address, _ = client.create_authorization_url(
                provider["authorization_endpoint"],
                state=_derived(web, flow, "state"),
                nonce=_derived(web, flow, "nonce"),
                code_verifier=_derived(web, flow, "verifier"),
            )
        goes_on = safe_next(request.query_params.get("next"))
        return Redirect(address, status_code=303, cookies=[_cookie(web, f"{flow}:{goes_on}")])

    @get("/back", opt=public())
    async def come_back(self, request: Visit, web: Web) -> Redirect | Response[str]:
        """Back with a code: who is it?"""
        flow, _, goes_on = request.cookies.get(web.cookie_name("openid"), "").partition(":")
        try:
            subject = await _subject(request, web, flow)
        except OpenIdRefused as refused:
            return _refused(request, web, "openid", refused)
        old_id = request.cookies.get(web.cookie_name(NAME))

        def enter(unit: WebUnit) -> str | None:
            account = unit.accounts.by_subject(subject)
            if account is None or account.is_disabled:
                return None
            unit.audit.note(0, "login", web.now(), actor=account.id)
            return begin_session(unit, account, web, old_id)

        session_id = await web.store.run(enter)
        if session_id is None:
            return _refused(request, web, "openid_unknown", subject=subject)
        return Redirect(
            safe_next(goes_on), status_code=303, cookies=[_cookie(web, ""), session_cookie(web, session_id)]
        )


def _refused(request: Visit, web: Web, problem: str, why: Exception | None = None, subject: str = "") -> Response[str]:
    log.warning("openid refused", reason=type(why.__cause__ or why).__name__ if why is not None else problem)
    values = {"goes_on": "/desk", "problem": problem, "login": "", "has_openid": web.openid is not None}
    return web.pages.render(request, "login.html", 401, **values, subject=subject)


def _derived(web: Web, flow: str, purpose: str) -> str:
    """State, nonce and PKCE verifier come from the cookie's random value and our secret: nothing else need be kept."""
    digest = hmac.digest(web.secret.encode(), f"openid {purpose} {flow}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _cookie(web: Web, value: str) -> Cookie:
    return Cookie(
        key=web.cookie_name("openid"),
        value=value,
        httponly=True,
        secure=web.is_https,
        samesite="lax",
        path="/",
        max_age=COOKIE_S if value else 0,
    )


async def _subject(request: Visit, web: Web, flow: str) -> str:
    """Who the provider says it is. Raises OpenIdRefused."""
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    if web.openid is None or not flow or not code or not hmac.compare_digest(state, _derived(web, flow, "state")):
        raise OpenIdRefused("The answer does not belong to a login of this browser.")
    provider = await _discover(web.openid)
    try:
        async with _client(web, web.openid) as client:
            tokens = await client.fetch_token(
                provider["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=_derived(web, flow, "verifier"),
            )
        keys = await _get(provider["jwks_uri"])
        return _checked_subject(tokens["id_token"], keys, web, web.openid, _derived(web, flow, "nonce"))
    except OpenIdRefused:
        raise
    except Exception as error:  # libraries' many kinds, all with one meaning
        raise OpenIdRefused("The provider's answer cannot be trusted.") from error


def _checked_subject(id_token: str, keys: Any, web: Web, provider: OpenIdProvider, nonce: str) -> str:
    """The claims that OpenID Connect Core 1.0 §3.1.3.7 wants checked. Raises joserfc's errors."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)
    jwt.JWTClaimsRegistry(
        now=int(web.now().timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    ).validate(token.claims)
    if token.claims.get("azp", provider.client_id) != provider.client_id:
        raise OpenIdRefused("The token was made for another program.")
    return str(token.claims["sub"])


def _client(web: Web, provider: OpenIdProvider) -> Any:
    import authlib.deprecate  # type: ignore[import-untyped]  # sets its own filter, so before ours

    with warnings.catch_warnings():
        # authlib asks for httpx2, which needs Python 3.12.
        warnings.simplefilter("ignore", authlib.deprecate.AuthlibDeprecationWarning)
        from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]

    return AsyncOAuth2Client(
        provider.client_id,
        provider.client_secret,
        scope="openid",
        redirect_uri=f"{web.base_url}{BACK_PATH}",
        code_challenge_method="S256",
        timeout=TIMEOUT_S,
    )


async def _discover(provider: OpenIdProvider) -> dict[str, Any]:
    """The provider's addresses (OpenID Connect Discovery 1.0). Raises OpenIdRefused."""
    found = await _get(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise OpenIdRefused("The provider calls itself otherwise.")
    return found


async def _get(address: str) -> dict[str, Any]:
    import httpx

    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            answer = (await client.get(address)).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise OpenIdRefused("The provider does not answer.") from error
    if not isinstance(answer, dict):
        raise OpenIdRefused("The provider's answer has another shape.")
    return answer
