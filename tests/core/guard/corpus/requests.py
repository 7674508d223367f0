"""The Authorization header: what is no credential, and what is a broken one (RFC 6750, 9110)."""

from collections.abc import Callable, Iterator, Mapping

from tests.core.guard.corpus.case import Case
from tests.core.support.tenant import Tenant

Lines = Mapping[str, tuple[bytes, ...]]


def _cases(status: int, error: str | None, reason: str, table: Lines) -> Iterator[Case]:
    for name, lines in table.items():
        yield Case(name, _with_token(lines), status, error, reason)


def _with_token(lines: tuple[bytes, ...]) -> Callable[[Tenant], tuple[bytes, ...]]:
    """TOKEN in a line stands for a good token."""

    def filled(tenant: Tenant) -> tuple[bytes, ...]:
        token = tenant.token().encode()
        return tuple(line.replace(b"TOKEN", token) for line in lines)

    return filled


_MISSING = {
    "no header": (),
    "scheme Basic": (b"Basic dXNlcjpwYXNzd29yZA==",),
    "scheme Basic with a good token": (b"Basic TOKEN",),
    "scheme Digest": (b'Digest username="ann", realm="api", uri="/", response="6629fae4"',),
    "scheme Digest, a comma in quotes": (b'Digest username="Doe, Ann", realm="api"',),
    "scheme Negotiate": (b"Negotiate YIIZZZ==",),
    "scheme token": (b"token TOKEN",),
    "scheme JWT": (b"JWT TOKEN",),
    "scheme of Bearer's first letters": (b"Bear TOKEN",),
    "scheme longer than Bearer": (b"Bearerx TOKEN",),
    "scheme Bearer-like with a hyphen": (b"Bearer- TOKEN",),
    "scheme alone": (b"Basic",),
    "scheme with parameters": (b"AWS4-HMAC-SHA256 Credential=A/1/s3, SignedHeaders=host;date",),
    "token without a scheme": (b"TOKEN",),
}

_MALFORMED = {
    "empty": (b"",),
    "blank": (b"   ",),
    "Bearer alone": (b"Bearer",),
    "Bearer and a space": (b"Bearer ",),
    "Bearer and spaces": (b"Bearer     ",),
    "Bearer and a tab": (b"Bearer\t",),
    "tab for the space": (b"Bearer\tTOKEN",),
    "tab after the space": (b"Bearer \tTOKEN",),
    "two tokens": (b"Bearer TOKEN TOKEN",),
    "two tokens, a tab between": (b"Bearer TOKEN\tTOKEN",),
    "two tokens, a comma between": (b"Bearer TOKEN,TOKEN",),
    "two tokens, comma and space": (b"Bearer TOKEN, TOKEN",),
    "two tokens, a semicolon between": (b"Bearer TOKEN;TOKEN",),
    "two credentials in one header": (b"Bearer TOKEN, Bearer TOKEN",),
    "trailing comma": (b"Bearer TOKEN,",),
    "leading comma": (b",Bearer TOKEN",),
    "Bearer twice": (b"Bearer Bearer TOKEN",),
    "two headers": (b"Bearer TOKEN", b"Bearer TOKEN"),
    "two headers, Basic first": (b"Basic dXNlcjpwYXNzd29yZA==", b"Bearer TOKEN"),
    "two headers, Basic second": (b"Bearer TOKEN", b"Basic dXNlcjpwYXNzd29yZA=="),
    "two headers, Digest first": (b'Digest username="ann", realm="api"', b"bearer TOKEN"),
    "two headers, both Basic": (b"Basic dXNlcjpwYXNzd29yZA==", b"Basic dXNlcjpwYXNzd29yZA=="),
    "two headers, the first empty": (b"", b"Bearer TOKEN"),
    "two headers, the second empty": (b"Bearer TOKEN", b""),
    "two headers, the first Bearer alone": (b"Bearer", b"Bearer TOKEN"),
    "three headers": (b"Bearer TOKEN", b"Bearer TOKEN", b"Bearer TOKEN"),
    "token in quotes": (b'Bearer "TOKEN"',),
    "token in single quotes": (b"Bearer 'TOKEN'",),
    "token in angle brackets": (b"Bearer <TOKEN>",),
    "token as a parameter": (b'Bearer token="TOKEN"',),
    "colon after the scheme": (b"Bearer: TOKEN",),
    "equals sign after the scheme": (b"Bearer=TOKEN",),
    "a name before the scheme": (b"Auth: Bearer TOKEN",),
    "equals signs alone": (b"Bearer ==",),
    "equals sign inside": (b"Bearer abc=def",),
    "padding inside the token": (b"Bearer eyJhbGciOiJSUzI1NiJ9=.e30=.AA==",),
    "space inside the token": (b"Bearer eyJhbGciOiJSUzI1NiJ9. e30.AA",),
    "percent-encoded token": (b"Bearer abc%2Edef",),
    "latin-1 byte in the token": (b"Bearer TOKEN\xe9",),
    "UTF-8 in the token": ("Bearer TOKEN…".encode(),),
    "non-breaking space for the space": (b"Bearer\xa0TOKEN",),
    "non-ASCII scheme": ("Béarer TOKEN".encode(),),
    "backslash in the token": (b"Bearer TOKEN\\",),
    "scheme in quotes": (b'"Bearer" TOKEN',),
}

_OVERSIZED = {
    "over 16 KiB": (b"Bearer " + b"a" * (16 * 1024 - 6),),
    "over 16 KiB of dots": (b"Bearer " + b"." * 20_000,),
    "over 16 KiB of spaces and a token": (b"Bearer" + b" " * 16 * 1024 + b"TOKEN",),
    "over 16 KiB of another scheme": (b"Basic " + b"a" * 20_000,),
    "60 KiB": (b"Bearer " + b"a" * 60_000,),
}

_OPAQUE = {"exactly 16 KiB": (b"Bearer " + b"a" * (16 * 1024 - 7),)}

REQUESTS = [
    *_cases(401, None, "", _MISSING),
    *_cases(400, "invalid_request", "Authorization: Bearer TOKEN", _MALFORMED),
    *_cases(400, "invalid_request", "over 16 KiB", _OVERSIZED),
    *_cases(401, "invalid_token", "opaque", _OPAQUE),
]
