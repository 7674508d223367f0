"""The access token beside the proof: whose it is, and by which scheme it comes (section 7)."""

from typing import Any

from tests.core.guard.corpus.proof_case import (
    CLIENT,
    STRANGER,
    ProofCase,
    Token,
    at,
    bound,
    good,
    one,
)
from tests.core.support.tenant import Tenant

_GOOD = one(good)


def _unbound(tenant: Tenant) -> str:
    return tenant.token()


def _invalid(name: str, reason: str, token: Token, scheme: str = "DPoP") -> ProofCase:
    return ProofCase(name, _GOOD, 401, "invalid_token", reason, token, scheme)


_ODD: dict[str, Any] = {
    "a list of null": [None],
    "a string": CLIENT.jkt,
    "a list": [CLIENT.cnf],
    "a number": 1,
    "empty": {},
    "of a certificate": {"x5t#S256": CLIENT.jkt},
    "of a whole key": {"jwk": CLIENT.jwk},
    "of JKT": {"JKT": CLIENT.jkt},
}

# What a token may be bound to that nobody here can check (RFC 7800, RFC 8705, and none at all).
_UNCHECKED: dict[str, Any] = {
    "a certificate": {"x5t#S256": CLIENT.jkt},
    "a certificate of another type": {"x5t#S256": None},
    "a certificate by another name": {"X5T#S256": CLIENT.jkt},
    "a whole key": {"jwk": CLIENT.jwk},
    "an encrypted key": {"jwe": "a.b.c.d.e"},
    "a key by its kid": {"kid": "a"},
    "a key set by its address": {"jku": "https://client.example/keys", "kid": "a"},
    "a name in capitals": {"JKT": CLIENT.jkt},
    "an unknown member": {"osc": {}},
    "a member without a name": {"": None},
    "false": {"x5t#S256": False},
}

# RFC 7800 section 3.1 has cnf be an object.
_NO_OBJECT: dict[str, Any] = {
    "a string": CLIENT.jkt,
    "an empty string": "",
    "a list": [CLIENT.cnf],
    "an empty list": [],
    "a number": 1,
    "zero": 0,
    "true": True,
    "false": False,
}

_ODD_JKT: dict[str, Any] = {
    "null": {"jkt": None},
    "a number": {"jkt": 1},
    "true": {"jkt": True},
    "a list": {"jkt": [CLIENT.jkt]},
    "an object": {"jkt": {"jkt": CLIENT.jkt}},
}


def _a(cnf: dict[str, Any]) -> str:
    """What the refusal calls it."""
    kind = "a certificate" if cnf.keys() - {"jkt"} == {"x5t#S256"} else "something"
    return f"{kind} that cannot be checked here"


_SENT_AS_DPOP = [
    _invalid("token not bound", "cnf: the token is not bound", _unbound),
    *(
        _invalid(f"token with cnf {name}", "cnf: the token is not bound", bound(cnf=cnf))
        for name, cnf in _ODD.items()
    ),
    *(
        _invalid(f"token with jkt {name}", "cnf: the token is not bound", bound(cnf=cnf))
        for name, cnf in _ODD_JKT.items()
    ),
    *(
        _invalid(
            f"token bound to {name}",
            f"cnf: the token is not bound to a key but to {_a(cnf)}",
            bound(cnf=cnf),
        )
        for name, cnf in _UNCHECKED.items()
    ),
    *(
        _invalid(f"token with cnf that is {name}", "that cannot be checked here", bound(cnf=cnf))
        for name, cnf in _NO_OBJECT.items()
    ),
    *(
        _invalid(
            f"token bound to its key and {name}",
            f"cnf: the token is bound to a key and to {_a(cnf)}",
            bound(cnf=CLIENT.cnf | cnf),
        )
        for name, cnf in _UNCHECKED.items()
    ),
    _invalid("token bound and expired", "exp: ", bound(exp=0)),
    _invalid("token bound and from the future", "iat: ", bound(iat=10**10)),
    _invalid("token bound and for another API", "aud: ", bound(aud="https://other.example/")),
    _invalid("token bound and not signed", "signature: ", lambda t: bound()(t)[:-9] + "A" * 9),
    _invalid("proof as the token", "alg: ", lambda _: good("token")),
    _invalid("token opaque", "format: ", lambda _: "2YotnFZFEjr1zCsicMWpAA"),
    _invalid("token encrypted", "format: ", lambda _: "a.b.c.d.e"),
]

_SENT_AS_BEARER = [
    *(
        _invalid(
            f"token bound to {name}, as Bearer",
            f"cnf: the token is bound to {_a(cnf)}; get one that is not",
            *(bound(cnf=cnf), "Bearer"),
        )
        for name, cnf in _UNCHECKED.items()
    ),
    *(
        _invalid(
            f"token bound to its key and {name}, as Bearer",
            f"cnf: the token is bound to {_a(cnf)}; get one that is not",
            *(bound(cnf=CLIENT.cnf | cnf), "Bearer"),
        )
        for name, cnf in _UNCHECKED.items()
    ),
    *(
        _invalid(
            f"token with cnf that is {name}, as Bearer",
            "cnf: the token is bound to something that cannot be checked here",
            *(bound(cnf=cnf), "Bearer"),
        )
        for name, cnf in _NO_OBJECT.items()
    ),
    *(
        _invalid(f"{name}, as {scheme}", "cnf: the token is bound", token, scheme)
        for scheme in ("Bearer", "bearer")
        for name, token in {
            "token bound": bound(),
            "token bound to another key": bound(STRANGER),
            "token bound to nothing": bound(cnf={"jkt": ""}),
            "token bound beside a certificate": bound(cnf=CLIENT.cnf | {"x5t#S256": "a"}),
        }.items()
    ),
    *(
        _invalid(f"token with jkt {name}, as Bearer", "cnf: the token is bound", token, "Bearer")
        for name, token in ((name, bound(cnf=cnf)) for name, cnf in _ODD_JKT.items())
    ),
    ProofCase(
        "token bound, as Bearer, no proof",
        lambda _: (),
        *(401, "invalid_token", "cnf: the token is bound", bound(), "Bearer"),
    ),
]

_BOUND_ELSEWHERE = [
    ProofCase(f"token bound to {name}", _GOOD, 401, "invalid_dpop_proof", "jkt: ", bound(cnf=cnf))
    for name, cnf in {
        "another key": STRANGER.cnf,
        "nothing": {"jkt": ""},
        "the key, padded": {"jkt": f"{CLIENT.jkt}="},
        "the key in small letters": {"jkt": CLIENT.jkt.lower()},
        "what is not ASCII": {"jkt": "schlüssel"},
    }.items()
]

_FIRST_FAULT = [
    _invalid("bad token and bad proof", "exp: ", bound(exp=0))._replace(
        proofs=one(lambda _: "garbage")
    ),
    ProofCase(
        "bad proof and no scope",
        one(at("http://localhost/api/me")),
        *(401, "invalid_dpop_proof", "htu: ", bound(scope="openid")),
        path="/api/private-scoped",
    ),
    ProofCase(
        "good proof and no scope",
        one(at("http://localhost/api/private-scoped")),
        *(403, "insufficient_scope", "read:messages", bound(scope="openid")),
        path="/api/private-scoped",
    ),
]


def _malformed(name: str, token: Token, scheme: str = "DPoP") -> ProofCase:
    return ProofCase(name, _GOOD, 400, "invalid_request", "", token, scheme)


_MALFORMED = [
    _malformed("scheme and a blank", lambda _: ""),
    _malformed("two tokens", lambda tenant: f"{bound()(tenant)} {bound()(tenant)}"),
    _malformed("two tokens and a comma", lambda tenant: f"{bound()(tenant)}, {bound()(tenant)}"),
    _malformed("token in quotes", lambda tenant: f'"{bound()(tenant)}"'),
    _malformed("scheme twice", lambda tenant: f"DPoP {bound()(tenant)}"),
    _malformed("token as a parameter", lambda tenant: f'token="{bound()(tenant)}"'),
    _malformed("Bearer behind a comma", lambda t: f"{bound()(t)}, Bearer {t.token()}"),
    _malformed("token over 16 KiB", bound(x="x" * 13_000)),
]

TOKENS: list[ProofCase] = [
    *_SENT_AS_DPOP,
    *_SENT_AS_BEARER,
    *_BOUND_ELSEWHERE,
    *_FIRST_FAULT,
    *_MALFORMED,
]
