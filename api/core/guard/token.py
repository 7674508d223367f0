"""The accepted access token, as the resources see it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.core.guard import claims as read


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token that has passed every check.

    A claim that the token lacks, or that is of another type than its standard's, reads as None or
    empty.

    :param claims: all claims of the token
    :param token_type: the scheme by which it was sent, "Bearer" or "DPoP"
    """

    claims: dict[str, Any] = field(repr=False)
    token_type: str = "Bearer"  # noqa: S105

    @property
    def subject(self) -> str:
        """Whose token it is: `sub`."""
        return str(self.claims["sub"])

    @property
    def issuer(self) -> str:
        """The issuer of the token: `iss`."""
        return str(self.claims["iss"])

    @property
    def client_id(self) -> str | None:
        """The application that asked for the token: `azp` (Auth0) or `client_id` (RFC 9068)."""
        return _text(self.claims.get("azp")) or _text(self.claims.get("client_id"))

    @property
    def audience(self) -> tuple[str, ...]:
        """The APIs that the token is for: `aud`."""
        return read.audiences(self.claims)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The words of `scope`."""
        return read.scopes(self.claims)

    @property
    def permissions(self) -> tuple[str, ...]:
        """`permissions` (Auth0 RBAC), which count like scopes."""
        return read.permissions(self.claims)

    @property
    def organization(self) -> str | None:
        """The organization that the subject logged in through: `org_id` (Auth0)."""
        return _text(self.claims.get("org_id"))

    @property
    def actor(self) -> dict[str, Any] | None:
        """The party that acts for the subject: `act` (RFC 8693).

        It has the form `{subject, actor}`, in which `actor` is the party that acted before.
        """
        return _actor(self.claims.get("act"))

    @property
    def issued_at(self) -> datetime | None:
        """When the token was issued, in UTC: `iat`."""
        return read.as_datetime(self.claims.get("iat"))

    @property
    def expires_at(self) -> datetime | None:
        """When the token expires, in UTC: `exp`."""
        return read.as_datetime(self.claims["exp"])

    def grants(self, *scopes: str) -> bool:
        """Return whether the token grants all of these, each as a scope or as a permission.

        :param scopes: the words that must be granted
        """
        return not read.missing_scopes(self.claims, scopes)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _actor(act: Any) -> dict[str, Any] | None:
    if not isinstance(act, dict) or not isinstance(act.get("sub"), str):
        return None
    return {"subject": act["sub"], "actor": _actor(act.get("act"))}
