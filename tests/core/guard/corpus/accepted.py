"""Good tokens, and good requests that look odd: the other side of each check."""

from collections.abc import Mapping

from tests.core.guard.corpus.building import ABSENT, ago, ahead
from tests.core.guard.corpus.case import (
    Case,
    Token,
    accepted,
    claims,
    foreign_key,
    good,
    header,
    header_text,
    payload_text,
)
from tests.core.support.tenant import AUDIENCE, Tenant


def _rfc9068(tenant: Tenant) -> str:
    """What Auth0 issues where an API has the RFC 9068 profile."""
    return tenant.token(
        {"typ": "at+jwt"},
        azp=None,
        client_id="an-application",
        jti="f4Wr0yyBCE6yvnAYNV1Qrv",
        auth_time=tenant.claims()["iat"],
    )


def _foreign_jwk(_: Tenant) -> Mapping[str, object]:
    return foreign_key().as_dict(private=False)


_TOKENS: dict[str, Token] = {
    "Auth0's own profile": good,
    "RFC 9068 profile": _rfc9068,
    "typ application/at+jwt": header(typ="application/at+jwt"),
    "typ AT+JWT": header(typ="AT+JWT"),
    "typ Application/AT+jwt": header(typ="Application/AT+jwt"),
    "typ jwt": header(typ="jwt"),
    "typ application/jwt": header(typ="application/jwt"),
    "typ missing": header(typ=ABSENT),
    "unknown header members": header(cty="JWT", x=1, y=[None, {"z": 1.5}], KID="other", b64=True),
    "jku to elsewhere": header(jku="https://attacker.example/jwks.json"),
    "jwk of another key": header(jwk=_foreign_jwk),
    "x5u to elsewhere": header(x5u="https://attacker.example/cert.pem"),
    "x5c and x5t of another key": header(x5c=["MIIB"], x5t="dGhpcyBpcyBub25l"),
    "x5c of several kB": header(x5c=["MIIC" * 700] * 2),
    "x5c of another type": header(x5c=5, jwk=None, jku=[]),
    "header nested 32 levels deep": header_text('{GOOD, "x": ' + "[" * 31 + "]" * 31 + "}"),
    "header with blanks": header_text(" {\n\tGOOD } "),
    "header with escaped letters": header_text('{GOOD, "\\u0078": "\\ud83d\\ude00"}'),
    "header without ASCII": header_text('{GOOD, "ключ": "schlüssel"}'),
    "unknown claims": claims(**{"https://example.com/roles": ["a"], "gty": "password", "x": None}),
    "claims of huge numbers": claims(x=10**400, y=1e308, z=-1.5),
    "claims nested 32 levels deep": payload_text('{GOOD, "x": ' + "[" * 31 + "]" * 31 + "}"),
    "claims with escaped letters": claims(name="\N{GRINNING FACE}"),
    "claims without ASCII": payload_text('{GOOD, "имя": "Анна"}'),
    "aud a string": claims(aud=AUDIENCE),
    "aud a list of it alone": claims(aud=[AUDIENCE]),
    "aud a list with it last": claims(aud=["https://other.example.com/", AUDIENCE]),
    "aud a list with it twice": claims(aud=[AUDIENCE, AUDIENCE]),
    "exp in a minute": claims(exp=ahead(60)),
    "exp a float": claims(exp=ahead(60.5)),
    "exp in 10000 years": claims(exp=ahead(10000 * 365 * 86400)),
    "exp an integer of 400 digits": claims(exp=10**400),
    "exp of 1e308": claims(exp=1e308),
    "nbf now": claims(nbf=ago(0)),
    "nbf an hour ago": claims(nbf=ago(3600)),
    "nbf a float": claims(nbf=ago(60.5)),
    "nbf 0": claims(nbf=0),
    "nbf a negative integer of 400 digits": claims(nbf=-(10**400)),
    "iat now": claims(iat=ago(0)),
    "iat missing": claims(iat=ABSENT),
    "iat a float": claims(iat=ago(1.5)),
    "iat ten years ago": claims(iat=ago(10 * 365 * 86400)),
    "iat negative": claims(iat=-1),
    "sub of one letter": claims(sub="a"),
    "sub a blank": claims(sub=" "),
    "sub of an application": claims(sub="an-application@clients", gty="client-credentials"),
    "sub without ASCII": claims(sub="waad|\N{GRINNING FACE}-Анна"),
    "sub with control characters": claims(sub="auth0|\0\x1b[2J\r\n"),
    "cnf null": claims(cnf=None),
    "cnf empty": claims(cnf={}),
    "nonce and the right aud": claims(nonce="n-0S6_WzA2Mj"),
    "scope of one word": claims(scope="read:messages"),
    "scope with doubled spaces": claims(scope="  openid   read:messages  "),
    "scope of two hundred words": claims(scope=" ".join(["a:b"] * 200 + ["read:messages"])),
    "scope and no permissions": claims(permissions=[]),
    "scope and permissions of another type": claims(permissions="none"),
    "permissions instead of scope": claims(scope=ABSENT, permissions=["read:messages"]),
    "permissions and scope of another type": claims(scope=5, permissions=["read:messages"]),
    "permissions beside others": claims(scope="openid", permissions=["a", "read:messages"]),
}

_FORMS = {
    "scheme in small letters": (b"bearer ", b""),
    "scheme in capitals": (b"BEARER ", b""),
    "scheme in mixed letters": (b"bEaReR ", b""),
    "two spaces after the scheme": (b"Bearer  ", b""),
    "blanks around the value": (b" \t Bearer ", b" \t "),
}


def _form(name: str, before: bytes, after: bytes) -> Case:
    return Case(name, lambda tenant: (before + tenant.token().encode() + after,), 200)


ACCEPTED = [
    *accepted(_TOKENS),
    *accepted({f"{name}, shown": token for name, token in _TOKENS.items()}, path="/api/me"),
    *(_form(name, before, after) for name, (before, after) in _FORMS.items()),
]
