"""The accepted access token, as the resources see it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.core.guard import claims as read


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token that passed every check. `claims`: all that it says; what it lacks, or says
    in another type than its standard, reads as None or empty."""

    claims: dict[str, Any] = field(repr=False)
    token_type: str = "Bearer"  # noqa: S105

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])

    @property
    def issuer(self) -> str:
        return str(self.claims["iss"])

    @property
    def client_id(self) -> str | None:
        """`azp` (Auth0's own profile) or `client_id` (RFC 9068)."""
        return _text(self.claims.get("azp")) or _text(self.claims.get("client_id"))

    @property
    def audience(self) -> tuple[str, ...]:
        return read.audiences(self.claims)

    @property
    def scopes(self) -> tuple[str, ...]:
        return read.scopes(self.claims)

    @property
    def permissions(self) -> tuple[str, ...]:
        return read.permissions(self.claims)

    @property
    def organization(self) -> str | None:
        """`org_id` (Auth0 Organizations)."""
        return _text(self.claims.get("org_id"))

    @property
    def actor(self) -> dict[str, Any] | None:
        """Who acts for the subject, as `{subject, actor}`, the latest first (RFC 8693, `act`)."""
        return _actor(self.claims.get("act"))

    @property
    def issued_at(self) -> datetime | None:
        return read.as_datetime(self.claims.get("iat"))

    @property
    def expires_at(self) -> datetime | None:
        return read.as_datetime(self.claims["exp"])

    def grants(self, *scopes: str) -> bool:
        """Whether the token grants all of `scopes`, by scope or by permission."""
        return not read.missing_scopes(self.claims, scopes)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _actor(act: Any) -> dict[str, Any] | None:
    if not isinstance(act, dict) or not isinstance(act.get("sub"), str):
        return None
    return {"subject": act["sub"], "actor": _actor(act.get("act"))}
