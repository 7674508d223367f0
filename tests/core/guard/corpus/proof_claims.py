"""htm, htu, iat, ath and jti (checks 8 to 12)."""

import hashlib

from tests.core.guard.corpus.building import ABSENT, ago, ahead
from tests.core.guard.corpus.proof_case import URL, ProofCase, at, claims, refused
from tests.core.support.dpop import ath
from tests.core.support.tenant import encode

_HTM = {
    "htm of another method": claims(htm="POST"),
    "htm of HEAD": claims(htm="HEAD"),
    "htm in small letters": claims(htm="get"),
    "htm with a blank": claims(htm="GET "),
    "htm empty": claims(htm=""),
    "htm missing": claims(htm=ABSENT),
    "htm null": claims(htm=None),
    "htm a number": claims(htm=5),
    "htm a list": claims(htm=["GET"]),
    "htm true": claims(htm=True),
}

_ADDRESSES = {
    "another path": "http://localhost/api/private",
    "a longer path": f"{URL}/more",
    "a shorter path": "http://localhost/api",
    "no path": "http://localhost",
    "a trailing slash": f"{URL}/",
    "a doubled slash": "http://localhost//api/me",
    "a doubled slash further in": "http://localhost/api//me",
    "an encoded slash": "http://localhost/api%2Fme",
    "a path in capitals": "http://localhost/API/ME",
    "a path encoded twice": "http://localhost/api/%256De",
    "a path with a parameter": f"{URL};x=1",
    "a path with a NUL": f"{URL}%00",
    "the path in the query": "http://localhost/?/api/me",
    "the path in the fragment": "http://localhost/#/api/me",
    "dot segments that lead elsewhere": f"{URL}/..",
    "another host": "http://api.example.com/api/me",
    "another host that begins alike": "http://localhost.example.com/api/me",
    "another host that ends alike": "http://api.localhost/api/me",
    "the number of the host": "http://127.0.0.1/api/me",
    "the number of the host, IPv6": "http://[::1]/api/me",
    "another port": "http://localhost:8080/api/me",
    "the port of https": "http://localhost:443/api/me",
    "port 0": "http://localhost:0/api/me",
    "a port out of range": "http://localhost:65616/api/me",
    "a port of letters": "http://localhost:http/api/me",
    "another scheme": "https://localhost/api/me",
    "another scheme at the same port": "https://localhost:80/api/me",
    "no scheme of HTTP": "ws://localhost/api/me",
    "relative": "/api/me",
    "relative to the scheme": "//localhost/api/me",
    "without a scheme": "localhost/api/me",
    "without slashes": "http:localhost/api/me",
    "with one slash": "http:/localhost/api/me",
    "with a backslash": "http:\\\\localhost\\api\\me",
    "with userinfo": "http://user:password@localhost/api/me",
    "with empty userinfo": "http://@localhost/api/me",
    "the host as userinfo": "http://localhost@attacker.example/api/me",
    "an open bracket": "http://[::1/api/me",
    "blanks around": f" {URL} ",
    "a line break": f"{URL}\n",
    "a line break further in": "http://local\nhost/api/me",
    "a NUL in front": f"\0{URL}",
    "a host in other letters": "http://\N{FULLWIDTH LATIN SMALL LETTER L}ocalhost/api/me",
    "empty": "",
    "a blank": " ",
    "not an address": "api/me?",
    "very long": f"{URL}/{'a' * 4000}",
}

_HTU = {
    **{f"htu: {name}": at(address) for name, address in _ADDRESSES.items()},
    "htu missing": claims(htu=ABSENT),
    "htu null": claims(htu=None),
    "htu a number": claims(htu=80),
    "htu a list": claims(htu=[URL]),
    "htu an object": claims(htu={"url": URL}),
}

_IAT = {
    "iat missing": claims(iat=ABSENT),
    "iat null": claims(iat=None),
    "iat a string": claims(iat=lambda token: str(ago(0)(token))),
    "iat true": claims(iat=True),
    "iat a list": claims(iat=lambda token: [ago(0)(token)]),
    "iat 330 s ago": claims(iat=ago(330)),
    "iat an hour ago": claims(iat=ago(3600)),
    "iat 90 s ahead": claims(iat=ahead(90)),
    "iat a year ahead": claims(iat=ahead(365 * 86400)),
    "iat in milliseconds": claims(iat=lambda token: ago(0)(token) * 1000),
    "iat 0": claims(iat=0),
    "iat negative": claims(iat=-1),
    "iat an integer of 400 digits": claims(iat=10**400),
    "iat a negative integer of 400 digits": claims(iat=-(10**400)),
    "iat of 1e308": claims(iat=1e308),
    "iat infinite": claims(iat=float("inf")),
}

_ATH = {
    "ath missing": claims(ath=ABSENT),
    "ath null": claims(ath=None),
    "ath empty": claims(ath=""),
    "ath a number": claims(ath=1),
    "ath a list": claims(ath=lambda token: [ath(token)]),
    "ath of another token": claims(ath=ath("another.access.token")),
    "ath of no token": claims(ath=ath("")),
    "ath of the whole credentials": claims(ath=lambda token: ath(f"DPoP {token}")),
    "ath padded": claims(ath=lambda token: f"{ath(token)}="),
    "ath cut short": claims(ath=lambda token: ath(token)[:-1]),
    "ath in hexadecimal": claims(ath=lambda token: hashlib.sha256(token.encode()).hexdigest()),
    "ath by SHA-512": claims(ath=lambda token: encode(hashlib.sha512(token.encode()).digest())),
    "ath in small letters": claims(ath=lambda token: ath(token).lower()),
    "ath not ASCII": claims(ath="schlüssel"),
    "the token as ath": claims(ath=lambda token: token),
}

_JTI = {
    "jti missing": claims(jti=ABSENT),
    "jti null": claims(jti=None),
    "jti empty": claims(jti=""),
    "jti a number": claims(jti=1),
    "jti true": claims(jti=True),
    "jti a list": claims(jti=["a"]),
    "jti an object": claims(jti={"a": "b"}),
    "jti of 257 letters": claims(jti="a" * 257),
    "jti of 4000 letters": claims(jti="a" * 4000),
}

CLAIMS: list[ProofCase] = [
    *refused("htm: ", _HTM),
    *refused("htu: ", _HTU),
    *refused("iat: ", _IAT),
    *refused("ath: ", _ATH),
    *refused("jti: ", _JTI),
]
