"""iss, aud, exp, nbf, iat and sub (RFC 9068 section 4, RFC 7519 section 4.1)."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.core.guard.corpus.building import ABSENT, ago, ahead
from tests.core.guard.corpus.case import (
    Case,
    Token,
    claims,
    foreign_key,
    invalid_token,
    payload_text,
)
from tests.core.support.tenant import AUDIENCE, Tenant, sign


def _issuer(change: Callable[[str], Any]) -> Token:
    return claims(iss=lambda tenant: change(tenant.issuer))


def _elsewhere(tenant: Tenant) -> str:
    """A sound token of an issuer that nobody here knows."""
    return sign(tenant.header(), tenant.claims(iss="https://other.eu.auth0.com/"), foreign_key())


_ISS = {
    "iss without the slash": _issuer(lambda url: url.rstrip("/")),
    "iss with two slashes": _issuer(lambda url: url + "/"),
    "iss of scheme http": _issuer(lambda url: url.replace("https", "http")),
    "iss without a scheme": _issuer(lambda url: url.removeprefix("https://")),
    "iss in capitals": _issuer(str.upper),
    "iss with its host in capitals": _issuer(lambda url: url.replace("localhost", "LOCALHOST")),
    "iss of another address of the host": _issuer(
        lambda url: url.replace("localhost", "127.0.0.1")
    ),
    "iss with another port": _issuer(lambda url: url[:-1] + "0/"),
    "iss that begins like it": _issuer(lambda url: url[:-1] + ".evil/"),
    "iss with a path": _issuer(lambda url: url + "evil/"),
    "iss with a query": _issuer(lambda url: url + "?"),
    "iss with a fragment": _issuer(lambda url: url + "#"),
    "iss with userinfo": _issuer(lambda url: url.replace("//", "//evil@")),
    "iss as userinfo": _issuer(lambda url: url[:-1] + "@evil.example/"),
    "iss with a blank before": _issuer(lambda url: " " + url),
    "iss with a line break after": _issuer(lambda url: url + "\n"),
    "iss of another tenant": claims(iss="https://other.eu.auth0.com/"),
    "iss of another tenant, and its key": _elsewhere,
    "iss a list": _issuer(lambda url: [url]),
    "iss an object": _issuer(lambda url: {url: url}),
    "iss a number": claims(iss=1),
    "iss true": claims(iss=True),
    "iss null": claims(iss=None),
    "iss empty": claims(iss=""),
    "iss missing": claims(iss=ABSENT),
    "no claims": lambda tenant: sign(tenant.header(), {}, tenant.key),
}

_AUD = {
    "aud of another API": claims(aud="https://other.example.com/"),
    "aud of userinfo alone": claims(aud=lambda tenant: [f"{tenant.issuer}userinfo"]),
    "aud of the client": claims(aud="an-application"),
    "aud without the slash": claims(aud=AUDIENCE.rstrip("/")),
    "aud with two slashes": claims(aud=AUDIENCE + "/"),
    "aud that begins like it": claims(aud=AUDIENCE + "v2/"),
    "aud that ends like it": claims(aud="x" + AUDIENCE),
    "aud in capitals": claims(aud=AUDIENCE.upper()),
    "aud with a blank": claims(aud=AUDIENCE + " "),
    "aud of two words": claims(aud=f"{AUDIENCE} https://other.example.com/"),
    "aud of a wildcard": claims(aud="*"),
    "aud empty": claims(aud=""),
    "aud an empty list": claims(aud=[]),
    "aud a list of others": claims(aud=["https://other.example.com/", "an-application"]),
    "aud a list with a number": claims(aud=[AUDIENCE, 1]),
    "aud a list with null": claims(aud=[None, AUDIENCE]),
    "aud a list in a list": claims(aud=[[AUDIENCE]]),
    "aud an object of it": claims(aud={AUDIENCE: True}),
    "aud a number": claims(aud=1),
    "aud true": claims(aud=True),
    "aud null": claims(aud=None),
    "aud missing": claims(aud=ABSENT),
}

_ID_TOKEN = {
    "ID token with a nonce": claims(aud="an-application", nonce="n-0S6_WzA2Mj"),
    "ID token with at_hash": claims(aud="an-application", at_hash="77QmUPtjPfzWtF2AnpK9RQ"),
}

# What is no finite JSON number: for exp, and for nbf and iat where they are there.
_NO_NUMBER = {
    "a string": "1900000000",
    "an empty string": "",
    "a date": "2036-01-01T00:00:00Z",
    "true": True,
    "false": False,
    "null": None,
    "a list": [1900000000],
    "an empty list": [],
    "an object": {"value": 1900000000},
    "1e999": float("inf"),
    "-1e999": float("-inf"),
}

_NO_EXP = {"exp missing": claims(exp=ABSENT)}

_UNREADABLE = {
    "exp NaN": claims(exp=float("nan")),
    "exp of 5000 digits": payload_text('{"exp": ' + "9" * 5000 + "}"),
    "exp written as 0x7fffffff": payload_text('{"exp": 0x7fffffff}'),
    "exp given twice": payload_text('{GOOD, "exp": 1900000000}'),
}

_EXPIRED = {
    "exp 35 s ago": claims(exp=ago(35)),
    "exp an hour ago": claims(exp=ago(3600)),
    "exp half a minute and a bit ago": claims(exp=ago(35.5)),
    "exp 0": claims(exp=0),
    "exp -0.0": claims(exp=-0.0),
    "exp negative": claims(exp=-1900000000),
    "exp of 1e-300": claims(exp=1e-300),
    "exp of -1e308": claims(exp=-1e308),
    "exp a negative integer of 400 digits": claims(exp=-(10**400)),
}

_FUTURE = {
    "a minute ahead": ahead(60),
    "a year ahead": ahead(365 * 86400),
    "half a minute and a bit ahead": ahead(60.5),
    "of 1e308": 1e308,
    "an integer of 400 digits": 10**400,
    "in milliseconds": lambda tenant: ago(0)(tenant) * 1000,
}

_SUB = {
    "sub missing": claims(sub=ABSENT),
    "sub empty": claims(sub=""),
    "sub null": claims(sub=None),
    "sub a number": claims(sub=1),
    "sub true": claims(sub=True),
    "sub a list": claims(sub=["auth0|ann"]),
    "sub an object": claims(sub={"sub": "auth0|ann"}),
}


def _times(name: str, reason: str, values: dict[str, Any]) -> Iterator[Case]:
    tokens = {f"{name} {what}": claims(**{name: value}) for what, value in values.items()}
    return invalid_token(reason, tokens)


CLAIMS: list[Case] = [
    *invalid_token("iss: ", _ISS),
    *invalid_token(f"aud: the token is for another API; request it with audience {AUDIENCE}", _AUD),
    *invalid_token("aud: this is an ID token", _ID_TOKEN),
    *_times("exp", "exp: the token has no time of expiry", _NO_NUMBER),
    *_times("nbf", "nbf: nbf is not a number", _NO_NUMBER),
    *_times("iat", "iat: iat is not a number", _NO_NUMBER),
    *invalid_token("exp: the token has no time of expiry", _NO_EXP),
    *invalid_token("format: the payload is no strict JSON object", _UNREADABLE),
    *invalid_token("exp: the token has expired", _EXPIRED),
    *_times("nbf", "nbf: the token is from the future", _FUTURE),
    *_times("iat", "iat: the token is from the future", _FUTURE),
    *invalid_token("sub: ", _SUB),
]
