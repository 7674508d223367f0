"""Protected resource metadata (RFC 9728 section 2)."""

from typing import Any

from marshmallow import Schema, fields


def _strings(description: str, example: list[str], **more: Any) -> fields.List[str]:
    return fields.List(
        fields.Str(), metadata={"description": description, "example": example}, **more
    )


class ProtectedResource(Schema):
    """Protected resource metadata (RFC 9728)"""

    resource = fields.Str(
        required=True,
        metadata={
            "description": "The API's identifier: the audience that a token must have.",
            "example": "https://api.example.com/",
        },
    )
    authorization_servers = _strings(
        "The issuers of accepted tokens, which publish discovery documents.",
        ["https://your-tenant.auth0.com/"],
        required=True,
    )
    scopes_supported = _strings(
        "The scopes that operations require.", ["read:messages"], required=True
    )
    bearer_methods_supported = _strings("How a token is sent.", ["header"], required=True)
    resource_name = fields.Str(
        required=True, metadata={"description": "The title of the API.", "example": "An API"}
    )
    dpop_signing_alg_values_supported = _strings(
        "The algorithms for DPoP proofs (RFC 9449); absent if DPoP is off.",
        ["ES256", "RS256", "EdDSA"],
    )
    dpop_bound_access_tokens_required = fields.Bool(
        metadata={
            "description": "Whether tokens must be bound to a key (RFC 9449).",
            "example": False,
        }
    )
