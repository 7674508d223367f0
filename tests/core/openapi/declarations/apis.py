"""What an Api says of itself."""

from typing import Any

from tests.core.openapi.declarations.tables import DECLARATIONS, Declaration, serve

OAUTH = {"type": "oauth2", "authorizationUrl": "https://a.example/", "scopes": {"read": "Read"}}
SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key", "description": "A key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "basic": {"type": "basic"},
    "implicit": {**OAUTH, "flow": "implicit"},
    "code": {**OAUTH, "flow": "accessCode", "tokenUrl": "https://a.example/token"},
    "password": {"type": "oauth2", "flow": "password", "tokenUrl": "https://a.example/t"},
    "client": {"type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/t"},
}

OPTIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "title, version, description": {"title": "Things", "version": "2.1", "description": "All"},
    "functions": {"title": lambda: "Things", "version": lambda: "3", "description": lambda: "All"},
    "terms": {"terms_url": "https://example.com/terms"},
    "a license": {"license": "MIT", "license_url": "https://example.com/mit"},
    "a license without an address": {"license": "MIT"},
    "the address of a license": {"license_url": "https://example.com/mit"},
    "a contact": {
        "contact": "Ann",
        "contact_url": "https://example.com",
        "contact_email": "ann@example.com",
    },
    "a contact without an address": {"contact": "Ann"},
    "a contact with an e-mail": {"contact": "Ann", "contact_email": "ann@example.com"},
    "tags": {"tags": ["one", ("two", "The second"), {"name": "default", "description": "Mine"}]},
    "tags with members": {"tags": [{"name": "a", "externalDocs": {"url": "https://a.example"}}]},
    "schemes": {"authorizations": SCHEMES, "security": "key"},
    "schemes without their addresses": {
        "authorizations": {
            flow: {"type": "oauth2", "flow": flow, "tokenUrl": "https://a.example/t"}
            for flow in ("implicit", "accessCode", "password", "application")
        }
    },
    "schemes of OpenAPI 3": {
        "authorizations": {
            "jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "connect": {"type": "openIdConnect", "openIdConnectUrl": "https://a.example/oidc"},
            "session": {"type": "apiKey", "in": "cookie", "name": "session"},
            "flows": {
                "type": "oauth2",
                "flows": {
                    "authorizationCode": {
                        "authorizationUrl": "https://a.example/",
                        "tokenUrl": "https://a.example/t",
                        "scopes": {},
                    }
                },
            },
        }
    },
    "security": {"authorizations": SCHEMES, "security": ["key", {"code": ["read"]}]},
    "security of one scope": {"authorizations": SCHEMES, "security": {"code": "read"}},
    "security and none": {"authorizations": SCHEMES, "security": [{"key": []}, {}]},
    "a prefix": {"prefix": "/v1"},
    "a prefix with a slash": {"prefix": "/v1/"},
    "ids of its own": {"default_id": lambda resource, method: f"{method}.{resource}"},
    "a default namespace": {"default": "things", "default_label": "All things"},
    "another media type": {"default_mediatype": "application/xml"},
    "ordered": {"ordered": True},
    "no page": {"doc": False},
    "another page and file": {"doc": "/docs", "default_swagger_filename": "api.json"},
}
BLUEPRINTS: dict[str, dict[str, Any]] = {
    "a blueprint": {},
    "a blueprint with a prefix": {"url_prefix": "/v1"},
    "a blueprint with a prefix and a slash": {"url_prefix": "/v1/"},
}

DECLARATIONS.update({f"apis: {name}": Declaration(serve, OPTIONS[name]) for name in OPTIONS})
DECLARATIONS.update(
    {f"apis: {name}": Declaration(serve, {}, each) for name, each in BLUEPRINTS.items()}
)
DECLARATIONS.update(
    {
        "apis: a prefix of both": Declaration(serve, {"prefix": "/b"}, {"url_prefix": "/a"}),
        "apis: a host": Declaration(serve, config={"SERVER_NAME": "api.example.com"}),
        "apis: a host and a prefix": Declaration(
            serve, {"prefix": "/v1"}, config={"SERVER_NAME": "api.example.com:8080"}
        ),
        "apis: a subdomain": Declaration(
            serve, {}, {"subdomain": "things"}, {"SERVER_NAME": "example.com"}
        ),
        "apis: schemes of a namespace": Declaration(
            lambda api: serve(api.namespace("a", authorizations={"key": SCHEMES["key"]})),
            {"authorizations": {"basic": SCHEMES["basic"]}},
        ),
        "apis: a variable before all addresses": Declaration(
            serve, {"prefix": "/v1"}, {"url_prefix": "/<string(length=2):tenant>"}
        ),
        "apis: nothing is served": Declaration(lambda api: None),
    }
)
