"""The metadata of a protected resource (RFC 9728 section 2)."""

from typing import Any

from marshmallow import Schema, fields


def _words(description: str, example: list[str], **more: Any) -> fields.List[str]:
    return fields.List(
        fields.Str(), metadata={"description": description, "example": example}, **more
    )


class ProtectedResource(Schema):
    """What a client needs to know to call (RFC 9728)"""

    resource = fields.Str(
        required=True,
        metadata={
            "description": "The API's identifier: the audience that a token must have.",
            "example": "https://api.example.com/",
        },
    )
    authorization_servers = _words(
        "Whose tokens it takes: their discovery documents say the rest.",
        ["https://your-tenant.auth0.com/"],
        required=True,
    )
    scopes_supported = _words(
        "Every scope that an operation may need.", ["read:messages"], required=True
    )
    bearer_methods_supported = _words("How a token is sent.", ["header"], required=True)
    resource_name = fields.Str(
        required=True, metadata={"description": "For people.", "example": "An API"}
    )
    dpop_signing_alg_values_supported = _words(
        "How a DPoP proof may be signed (RFC 9449); left out where DPoP is off.",
        ["ES256", "RS256", "EdDSA"],
    )
    dpop_bound_access_tokens_required = fields.Bool(
        metadata={
            "description": "Whether a token must be bound to a key (RFC 9449).",
            "example": False,
        }
    )
