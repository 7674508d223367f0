"""require_auth and public: who may call, enforced and documented in one line above a method."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Never, TypeVar, cast

from authlib.integrations.flask_oauth2 import ResourceProtector, token_authenticated
from authlib.integrations.flask_oauth2 import current_token as _current_token
from flask import Flask, g, request

from api.core.declarations import GUARD, PUBLIC, DeclarationError, named, refuse_unknown
from api.core.guard.challenges import challenges
from api.core.guard.claim_checks import ClaimCheck, refuse_unless
from api.core.guard.credentials import sent_token, used_scheme
from api.core.guard.extension import current_guard
from api.core.guard.guard import METADATA_PATH
from api.core.guard.guarding import guarding
from api.core.guard.problems import (
    AuthorizationMissing,
    AuthorizationProblem,
    InsufficientScope,
    InvalidDPoPProof,
    InvalidRequest,
    InvalidToken,
    ReplayMemoryUnavailable,
    SigningKeysUnavailable,
)
from api.core.guard.token import AccessToken
from api.core.guard.validator import Auth0JWTBearerTokenValidator
from api.core.http import root_url
from openapi.declaration import declaring
from openapi.operation import PUBLIC as ANYBODY
from openapi.operation import Access

View = TypeVar("View", bound=Callable[..., Any])

current_token = cast(AccessToken, _current_token)
"""The access token of the current request, after it has been accepted.

Where no token was needed and none was sent, it is None and false: `if current_token:` tells, and
`optional_token()` tells type checkers as well.
"""

_KEYWORDS = ("checks", "optional")
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")


class RequireAuth(ResourceProtector):
    """The guard of operations: it enforces and documents in one line above a method.

    `@require_auth()` lets in any accepted token, `@require_auth("read:messages")` one that grants
    all of the scopes given, and `@require_auth.any_of("write:messages", "admin:messages")` one
    that grants at least one of them. It keeps no state: each app has its own validators.
    """

    def __call__(
        self,
        *scopes: str,
        optional: bool = False,
        checks: Sequence[ClaimCheck] = (),
        **unknown: Never,
    ) -> Callable[[View], View]:
        """Return the decorator that lets in a token which grants all of the scopes.

        :param scopes: the scopes, a word each; without one, any accepted token is let in
        :param optional: let in a request without the header Authorization, too. A token that is
            sent must be good. `current_token` is None for an anonymous caller
        :param checks: what the token must say beside its scopes (see `claim_check`)
        :raises DeclarationError: an argument is unknown or wrong
        :raises ValueError: one of the scopes is none
        """
        if unknown:
            refuse_unknown(GUARD, unknown, _KEYWORDS)
        alternatives = (" ".join(_checked(scopes)),) if scopes else ()
        return self._guard(alternatives, optional=optional, checks=checks)

    def any_of(
        self,
        *alternatives: str,
        optional: bool = False,
        checks: Sequence[ClaimCheck] = (),
        **unknown: Never,
    ) -> Callable[[View], View]:
        """Return the decorator that lets in a token which grants one of the alternatives.

        :param alternatives: each a scope, or several that are all needed, with a space between
        :param optional: let in anonymous callers, too (see `require_auth`)
        :param checks: what the token must say beside its scopes (see `claim_check`)
        :raises DeclarationError: an argument is unknown or wrong
        :raises ValueError: there is no alternative, or one of them is no scope
        """
        if unknown:
            refuse_unknown(f"{GUARD}.any_of", unknown, _KEYWORDS)
        if not alternatives:
            raise ValueError("any_of() would let in every token; for that, say @require_auth()")
        for alternative in alternatives:
            _checked(tuple(str(alternative).split(" ")))
        return self._guard(alternatives, optional=optional, checks=checks)

    def _guard(
        self, alternatives: tuple[str, ...], *, optional: bool, checks: Sequence[ClaimCheck]
    ) -> Callable[[View], View]:
        if not isinstance(checks, (list, tuple)) or not all(
            isinstance(each, ClaimCheck) for each in checks
        ):
            raise DeclarationError(f"checks= takes a list of claim_check(...), not {checks!r}")

        def admit() -> None:
            if not optional or "Authorization" in request.headers:
                refuse_unless(checks, self.acquire_token(alternatives).claims)

        access = Access(
            tuple(tuple(words.split(" ")) for words in alternatives),
            optional=optional,
            checks=tuple(checks),
        )
        problems = (*_answers(alternatives), *(each.problem for each in checks))
        return guarding(GUARD, admit, access=access, problems=problems)

    def acquire_token(self, alternatives: tuple[str, ...] = ()) -> AccessToken:
        """Return the token of the request.

        :param alternatives: the scopes of which the operation needs one alternative
        :raises AuthorizationProblem: the request is refused; the problem carries the challenges
        """
        try:
            # Authlib would copy the request first, its body included, and no validator reads that.
            token = cast(AccessToken, self.validate_request(alternatives, request))
        except AuthorizationProblem as refusal:
            # For the request's line in the access log.
            g.refusal = current_guard().count(refusal.code)
            root = root_url()
            metadata = None if root is None else f"{root}/{METADATA_PATH}"
            parameters = current_guard().challenge_parameters(metadata)
            for header in challenges(parameters, refusal, used_scheme(), alternatives):
                refusal.headers.add("WWW-Authenticate", header)
            raise
        token_authenticated.send(self, token=token)
        g.authlib_server_oauth2_token = token
        return token

    def parse_request_authorization(
        self, _request: Any
    ) -> tuple[Auth0JWTBearerTokenValidator, str]:
        # Authlib asks for it here.
        return sent_token()


require_auth = RequireAuth()


def optional_token() -> AccessToken | None:
    """Return the access token of the current request, or None for an anonymous caller.

    It is for `@require_auth(optional=True)`.
    """
    return cast(AccessToken | None, _current_token._get_current_object())


def public(view: View) -> View:
    """Declare that anybody may call a method, and that no token is read.

    Every method has this decorator or `@require_auth`.

    :param view: the method
    :raises DeclarationError: it has a guard already, or stands in a wrong order
    """
    # On the function itself the note would go wherever the function is used as well.
    return guarding(PUBLIC, lambda: None, access=ANYBODY)(view)


declaring(public, PUBLIC)


def _checked(scopes: tuple[str, ...]) -> tuple[str, ...]:
    for scope in scopes:
        if callable(scope):
            raise DeclarationError(f"{named(scope)}: write @require_auth() with its parentheses")
        if not isinstance(scope, str) or not _SCOPE_TOKEN.fullmatch(scope):
            raise ValueError(f"{scope!r} is not a scope: one word each, as in RFC 6749 3.3")
    return scopes


def _answers(scopes: tuple[str, ...]) -> tuple[type[Any], ...]:
    always = (
        *(InvalidRequest, AuthorizationMissing, InvalidToken, InvalidDPoPProof),
        *(SigningKeysUnavailable, ReplayMemoryUnavailable),
    )
    return (*always, InsufficientScope) if scopes else always


def open_blueprints(app: Flask, *names: str) -> None:
    """Declare that anybody may call the views of these blueprints.

    :param app: the app
    :param names: the names of the blueprints
    """
    for endpoint, view in app.view_functions.items():
        if endpoint.partition(".")[0] in names:
            app.view_functions[endpoint] = public(view)
