"""The security of an OpenAPI 3 document: the guard's schemes, or those of a stock Api."""

from collections.abc import Mapping, Sequence
from typing import Any

from openapi.about import Options
from openapi.operation import Access, Operation
from openapi.restx import security_of
from openapi.schemas import Json
from openapi.schemes import authorizations, scheme_of_3

# Alternatives, each of schemes that go together.
BEARER = (("bearerAuth",), ("auth0",))
DPOP = (("dpopToken", "dpopProof"),)

SCHEMES: dict[str, Json] = {
    "bearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": (
            "Paste an access token, the token alone. It is a JWT of Auth0, signed with "
            "RS256, and checked as RFC 9068 and RFC 8725 say."
        ),
    },
    # Two keys, since neither OpenAPI nor the generators know DPoP as a scheme of its own.
    "dpopToken": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": (
            "The word DPoP, a space, and an access token that is bound to a key (RFC 9449)."
        ),
    },
    "dpopProof": {
        "type": "apiKey",
        "in": "header",
        "name": "DPoP",
        "description": (
            "A proof of that key: a JWT (RFC 7519) for the method, address and token of "
            "this request, made anew for each (RFC 9449 section 4)."
        ),
    },
}


class Security:
    """The security of one document.

    :param api: a flask_restx.Api
    :param operations: its operations
    :param options: where clients log in, and whether they may use DPoP
    """

    def __init__(self, api: Any, operations: Sequence[Operation], options: Options) -> None:
        self._api = api
        self._operations = operations
        self._options = options
        self._alternatives = (*BEARER, *(DPOP if options.dpop else ()))
        self._is_guarded = any(operation.access is not None for operation in operations)

    @property
    def default(self) -> list[Json] | None:
        """What operations need that say nothing of it."""
        if self._is_guarded:
            return self._requirements(Access())
        return self._of_api() or None

    @property
    def schemes(self) -> Json:
        """The Security Scheme Objects, by name."""
        declared = authorizations(self._api, self._operations)
        stock = {name: scheme_of_3(scheme) for name, scheme in declared.items()}
        guards = self._guards() if self._is_guarded else {}
        # In the order of the Authorize dialog.
        return {**guards, **stock, **guards}

    def of(self, operation: Operation) -> list[Json] | None:
        """Return what an operation needs; None where it says nothing and the default is true.

        :param operation: the operation
        """
        if operation.access is not None:
            return self._requirements(operation.access)
        if operation.security is not None:
            return [listed(each) for each in operation.security]
        return self._of_api() if self._is_guarded else None

    def _of_api(self) -> list[Json]:
        return security_of(self._api)

    def _requirements(self, access: Access) -> list[Json]:
        if access.public:
            return []
        if access.scheme:
            return [{access.scheme.name: []}]
        needed = [
            {name: list(words) for name in schemes}
            for words in access.alternatives or ((),)
            for schemes in self._alternatives
        ]
        return [*needed, {}] if access.optional else needed

    def _guards(self) -> Json:
        schemes = {**SCHEMES, "auth0": self._login()}
        return {
            name: scheme
            for name, scheme in schemes.items()
            if any(name in alternative for alternative in self._alternatives)
        }

    def _login(self) -> Json:
        login = self._options.login
        flow = {
            "authorizationUrl": login.authorization,
            "tokenUrl": login.token,
            "scopes": self._scopes(),
        }
        return {
            "type": "oauth2",
            "description": "Log in (authorization code with PKCE), as RFC 9700 advises.",
            "flows": {"authorizationCode": flow},
        }

    def _scopes(self) -> dict[str, str]:
        """Every scope with its description; an Api of ours describes them all."""
        accesses = [operation.access for operation in self._operations if operation.access]
        required = dict.fromkeys((word for access in accesses for word in access.scopes), "")
        return {**required, **getattr(self._api, "scopes", {})}


def listed(requirement: Mapping[str, Sequence[str]]) -> Json:
    """Return a Security Requirement Object as it is written.

    :param requirement: the scopes of each scheme
    """
    return {name: list(scopes) for name, scopes in requirement.items()}
