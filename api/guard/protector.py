"""require_auth: who may call, enforced and documented in one line above a method."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.integrations.flask_oauth2 import current_token as _current_token
from flask import Flask, current_app, request

from api.bridge import document
from api.guard.challenges import challenge
from api.guard.token import AccessToken
from api.guard.validator import Auth0JWTBearerTokenValidator
from api.problems import (
    AuthorizationMissing,
    AuthorizationProblem,
    InsufficientScope,
    InvalidRequest,
    InvalidToken,
    SigningKeysUnavailable,
)

View = TypeVar("View", bound=Callable[..., Any])

MAX_HEADER = 16 * 1024

current_token = cast(AccessToken, _current_token)
"""The accepted token of the request at hand."""

_CREDENTIALS = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +(.*))?", re.DOTALL)
_TOKEN68 = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")
# WSGI joins repeated headers with a comma: behind one, this is a second header, not a parameter.
_SECOND_HEADER = re.compile(r",\s*bearer(\s|$)", re.IGNORECASE)


class RequireAuth(ResourceProtector):
    """`@require_auth()`: any accepted token. `@require_auth("read:messages")`: one that grants
    all of the scopes given. Keeps no state: each app has its own validator."""

    def __call__(self, *scopes: str) -> Callable[[View], View]:
        for scope in scopes:
            if not isinstance(scope, str) or not _SCOPE_TOKEN.fullmatch(scope):
                raise ValueError(f"{scope!r} is not a scope: one word each, as in RFC 6749 3.3")

        def decorate(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                self.acquire_token(scopes)
                return view(*args, **kwargs)

            return document(guarded, scopes=scopes, problems=_answers(scopes))  # type: ignore[return-value]

        return decorate

    def acquire_token(self, scopes: tuple[str, ...] = ()) -> AccessToken:
        """The request's token, or an AuthorizationProblem with its challenge."""
        try:
            return cast(AccessToken, super().acquire_token(scopes))
        except AuthorizationProblem as refusal:
            realm = _validator().realm
            refusal.headers["WWW-Authenticate"] = challenge(refusal, realm, scopes)
            raise

    def parse_request_authorization(
        self, _request: Any
    ) -> tuple[Auth0JWTBearerTokenValidator, str]:
        """The validator and the token of the Authorization header (RFC 6750 section 2.1).

        The header is the only place that is read: not the query string, not a form.
        """
        header = request.headers.get("Authorization")
        if header is None:
            raise AuthorizationMissing
        return _validator(), _bearer_token(header)


require_auth = RequireAuth()


def init_app(app: Flask, validator: Auth0JWTBearerTokenValidator) -> None:
    """Give the app its own validator."""
    app.extensions["guard"] = validator


def _validator() -> Auth0JWTBearerTokenValidator:
    return cast(Auth0JWTBearerTokenValidator, current_app.extensions["guard"])


def _answers(scopes: tuple[str, ...]) -> tuple[type[Any], ...]:
    always = (InvalidRequest, AuthorizationMissing, InvalidToken, SigningKeysUnavailable)
    return (*always, InsufficientScope) if scopes else always


def _bearer_token(header: str) -> str:
    if len(header) > MAX_HEADER:
        raise InvalidRequest("The Authorization header is over 16 KiB.")
    credentials = _CREDENTIALS.fullmatch(header)
    if credentials is None or _SECOND_HEADER.search(header):
        raise InvalidRequest
    scheme, token = credentials.groups()
    if scheme.lower() != "bearer":
        raise AuthorizationMissing
    if not token or not _TOKEN68.fullmatch(token):
        raise InvalidRequest
    return str(token)
