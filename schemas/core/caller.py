"""The caller, as identified by the access token."""

from typing import Any

from marshmallow import Schema, fields, validate


def _text(description: str, example: Any, **more: Any) -> fields.Str:
    return fields.Str(metadata={"description": description, "example": example}, **more)


class Actor(Schema):
    """The party that acts for the subject (RFC 8693 section 4.1)"""

    subject = _text("The sub of the acting party.", "agent@clients", required=True)
    actor = fields.Nested(
        lambda: Actor(),
        allow_none=True,
        required=True,
        metadata={"description": "The previous actor in the chain of delegation."},
    )


class CallerView(Schema):
    """The caller, as identified by the access token"""

    subject = _text("The token's sub: the user or application.", "auth0|reader", required=True)
    client_id = _text(
        "The application that requested the token (azp or client_id).",
        "my-application",
        allow_none=True,
        required=True,
    )
    issuer = _text("The token's iss.", "https://your-tenant.auth0.com/", required=True)
    audience = fields.List(
        fields.Str(),
        required=True,
        metadata={"description": "The token's aud.", "example": ["https://api.example.com/"]},
    )
    scopes = fields.List(
        fields.Str(),
        required=True,
        metadata={"description": "The scopes of the claim scope.", "example": ["read:messages"]},
    )
    permissions = fields.List(
        fields.Str(),
        required=True,
        metadata={
            "description": "The permissions (Auth0 RBAC), which grant access as scopes do.",
            "example": ["read:messages"],
        },
    )
    organization = _text("The token's org_id.", "org_9x2b", allow_none=True, required=True)
    actor = fields.Nested(
        Actor,
        allow_none=True,
        required=True,
        metadata={"description": "The party that acts for the subject; null if it acts itself."},
    )
    token_type = fields.Str(
        required=True,
        validate=validate.OneOf(["Bearer", "DPoP"]),
        metadata={"description": "How the token was presented.", "example": "Bearer"},
    )
    issued_at = fields.AwareDateTime(
        format="iso",
        allow_none=True,
        required=True,
        metadata={"description": "The token's iat.", "example": "2026-01-02T03:04:05+00:00"},
    )
    expires_at = fields.AwareDateTime(
        format="iso",
        allow_none=True,
        required=True,
        metadata={"description": "The token's exp.", "example": "2026-01-03T03:04:05+00:00"},
    )
