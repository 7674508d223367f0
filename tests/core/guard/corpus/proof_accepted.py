"""Good proofs, and good requests that look odd: the other side of each check."""

from collections.abc import Iterator

from joserfc.jwk import RSAKey

from tests.core.guard.corpus.building import ago, ahead
from tests.core.guard.corpus.proof_case import (
    CLIENT,
    EDWARDS,
    PATH,
    RSA,
    URL,
    Proof,
    ProofCase,
    at,
    bound,
    claims,
    good,
    header,
    header_text,
    one,
    payload_text,
)
from tests.core.support.dpop import ClientKey

_LARGE = ClientKey("RS256", RSAKey.generate_key(3072))

_PROOFS: dict[str, Proof] = {
    "nothing odd": good,
    "typ in capitals": header(typ="DPOP+JWT"),
    "typ with its prefix": header(typ="application/dpop+jwt"),
    "typ with its prefix in mixed letters": header(typ="Application/DPoP+jwt"),
    "unknown header members": header(x=1, y=[None, {"z": 1.5}], cty="JWT", b64=True),
    "kid of another key": header(kid="other"),
    "jku and x5u to elsewhere": header(jku="https://attacker.example/", x5u="https://a.example/"),
    "x5c and x5t of another type": header(x5c=5, x5t=[]),
    "jwk with kid, use and alg": header(jwk=CLIENT.jwk | {"kid": 1, "use": "sig", "alg": "ES256"}),
    "jwk with another use and alg": header(jwk=CLIENT.jwk | {"use": "enc", "alg": "RS512"}),
    "jwk with key_ops and ext": header(jwk=CLIENT.jwk | {"key_ops": ["verify"], "ext": True}),
    "jwk with x5c of another type": header(jwk=CLIENT.jwk | {"x5c": 5, "x5t": {}, "kid": None}),
    "jwk with members of RSA": header(jwk=CLIENT.jwk | {"n": [], "e": 3}),
    "header with blanks": header_text(" {\n\tGOOD } "),
    "header nested 32 levels deep": header_text('{GOOD, "x": ' + "[" * 31 + "]" * 31 + "}"),
    "claims nested 32 levels deep": payload_text('{GOOD, "x": ' + "[" * 31 + "]" * 31 + "}"),
    "unknown claims": claims(nonce="a", exp=0, nbf=10**11, aud=5, sub=None, x={"y": [1e308]}),
    "claims without ASCII": payload_text('{GOOD, "имя": "Анна"}'),
    "nearly 8 KiB": claims(x="x" * 5500),
    "iat now": claims(iat=ago(0)),
    "iat a float": claims(iat=ago(1.5)),
    "iat 270 s ago": claims(iat=ago(270)),
    "iat 25 s ahead": claims(iat=ahead(25)),
    "jti of one letter": claims(jti="a"),
    "jti of 256 letters": claims(jti="a" * 256),
    "jti of 256 letters without ASCII": claims(jti="\N{GRINNING FACE}" * 256),
    "jti with control characters": claims(jti="a\0\r\nSet-Cookie: a=b"),
    "jti a blank": claims(jti=" "),
}

_ADDRESSES = {
    "a query": f"{URL}?a=b",
    "a fragment": f"{URL}#a",
    "a query and a fragment": f"{URL}?a=http://elsewhere/#b?c",
    "an empty query": f"{URL}?",
    "the port of its scheme": "http://localhost:80/api/me",
    "an empty port": "http://localhost:/api/me",
    "its scheme in capitals": "HTTP://localhost/api/me",
    "its host in capitals": "http://LOCALHOST/api/me",
    "an encoded letter": "http://localhost/api/%6De",
    "an encoded letter, hexadecimal in small letters": "http://localhost/%61pi/%6de",
    "a dot segment": "http://localhost/api/./me",
    "two dots": "http://localhost/api/x/../me",
    "two dots at the root": "http://localhost/../api/me",
    "encoded dots": "http://localhost/api/x/%2E%2e/me",
}


def _of_key(name: str, key: ClientKey) -> ProofCase:
    return ProofCase(name, one(header(key)), token=bound(key))


def _at_host(host: str, url: str) -> ProofCase:
    return ProofCase(f"Host {host} and htu {url}", one(at(url)), host=host)


def _asked(path: str, url: str) -> ProofCase:
    return ProofCase(f"GET {path} and htu {url}", one(at(url)), path=path)


def _in_schemes() -> Iterator[ProofCase]:
    for scheme in ("dpop", "DPOP", "dPoP", "DPoP "):
        yield ProofCase(f"scheme {scheme!r}", one(good), scheme=scheme)


_BEARER = [
    ProofCase(name, proofs, token=bound(cnf=cnf), scheme="Bearer")
    for name, proofs, cnf in (
        ("Bearer without a proof", lambda _: (), None),
        ("Bearer with a proof beside it", one(good), None),
        ("Bearer with garbage beside it", lambda _: (b"garbage", b""), None),
        ("Bearer with cnf empty", lambda _: (), {}),
        ("Bearer with cnf empty and a proof beside it", one(good), {}),
    )
]

ACCEPTED: list[ProofCase] = [
    *(ProofCase(name, one(made)) for name, made in _PROOFS.items()),
    *(ProofCase(f"htu with {name}", one(at(url))) for name, url in _ADDRESSES.items()),
    _of_key("EdDSA", EDWARDS),
    _of_key("RS256", RSA),
    _of_key("RS256 of 3072 bits", _LARGE),
    _at_host("localhost:3010", "http://localhost:3010/api/me"),
    _at_host("LOCALHOST", "http://localhost/api/me"),
    _at_host("localhost:80", "http://localhost/api/me"),
    _at_host("api.example.com", "http://api.example.com/api/me"),
    _at_host("[::1]:3010", "http://[::1]:3010/api/me"),
    _at_host("[::1]", "http://[::1]/api/me"),
    _at_host("127.0.0.1", "http://127.0.0.1:80/api/me"),
    _asked(f"{PATH}?a=b", URL),
    _asked(f"{PATH}?a=b", f"{URL}?c=d"),
    _asked("/api/%6De", URL),
    _asked("/api/%6De", "http://localhost/api/%6De"),
    *_in_schemes(),
    ProofCase(
        "token of RFC 9068", one(good), token=lambda t: t.token({"typ": "at+jwt"}, cnf=CLIENT.cnf)
    ),
    ProofCase(
        "scope granted",
        one(at("http://localhost/api/private-scoped")),
        path="/api/private-scoped",
    ),
    *_BEARER,
]
