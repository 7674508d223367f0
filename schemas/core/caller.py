"""Who calls, as the guard sees it."""

from typing import Any

from marshmallow import Schema, fields, validate


def _text(description: str, example: Any, **more: Any) -> fields.Str:
    return fields.Str(metadata={"description": description, "example": example}, **more)


class Actor(Schema):
    """Who acts for the subject (RFC 8693 section 4.1)"""

    subject = _text("The acting party's sub.", "agent@clients", required=True)
    actor = fields.Nested(
        lambda: Actor(),
        allow_none=True,
        required=True,
        metadata={"description": "Who acted before it in the chain of delegation."},
    )


class CallerView(Schema):
    """The caller, as the access token tells"""

    subject = _text("The token's sub: the user or application.", "auth0|reader", required=True)
    client_id = _text(
        "The application that asked for the token (azp or client_id).",
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
        metadata={"description": "The words of scope.", "example": ["read:messages"]},
    )
    permissions = fields.List(
        fields.Str(),
        required=True,
        metadata={
            "description": "The permissions (Auth0 RBAC); they count like scopes.",
            "example": ["read:messages"],
        },
    )
    organization = _text("The token's org_id.", "org_9x2b", allow_none=True, required=True)
    actor = fields.Nested(
        Actor,
        allow_none=True,
        required=True,
        metadata={"description": "Who acts for the subject; null when it acts itself."},
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
