"""Good tokens that do not grant read:messages, whatever their scope and permissions look like."""

from tests.core.guard.corpus.building import ABSENT
from tests.core.guard.corpus.case import Case, Token, bearer, claims

SCOPE = "read:messages"


def _permissions(value: object) -> Token:
    return claims(scope=ABSENT, permissions=value)


_GRANTS = {
    "scope missing": claims(scope=ABSENT),
    "scope empty": claims(scope=""),
    "scope blank": claims(scope="   "),
    "scope of other words": claims(scope="openid profile write:messages"),
    "scope in capitals": claims(scope="READ:MESSAGES"),
    "scope capitalised": claims(scope="Read:Messages"),
    "scope that begins like it": claims(scope="read:messages:all"),
    "scope that ends like it": claims(scope="no-read:messages"),
    "scope its first half": claims(scope="read:message read"),
    "scope its halves": claims(scope="read: messages"),
    "scope of a wildcard": claims(scope="read:* *"),
    "scope with a no-break space": claims(scope="read:messages\u00a0x"),
    "scope with an em space": claims(scope="openid\u2003read:messages"),
    "scope with an ideographic space": claims(scope="openid\u3000read:messages"),
    "scope with a line separator": claims(scope="openid\u2028read:messages"),
    "scope with a tab": claims(scope="openid\tread:messages"),
    "scope with a line break": claims(scope="openid\nread:messages"),
    "scope with CRLF": claims(scope="openid\r\nread:messages"),
    "scope with a vertical tab": claims(scope="openid\vread:messages"),
    "scope with a unit separator": claims(scope="openid\x1fread:messages"),
    "scope with a NUL": claims(scope="read:messages\0"),
    "scope with a zero-width space": claims(scope="read:\u200bmessages"),
    "scope with a combining mark": claims(scope="read:messages\u0301"),
    "scope with a Cyrillic letter": claims(scope="re\u0430d:messages"),
    "scope with a full-width colon": claims(scope="read\uff1amessages"),
    "scope with a long s": claims(scope="read:me\u017fsages"),
    "scope joined by a comma": claims(scope="openid,read:messages"),
    "scope joined by a plus": claims(scope="openid+read:messages"),
    "scope in quotes": claims(scope='"read:messages"'),
    "scope percent-encoded": claims(scope="read%3Amessages"),
    "scope a list": claims(scope=[SCOPE]),
    "scope a list of letters": claims(scope=list(SCOPE)),
    "scope an object": claims(scope={SCOPE: True}),
    "scope an empty object": claims(scope={}),
    "scope a number": claims(scope=5),
    "scope 0": claims(scope=0),
    "scope true": claims(scope=True),
    "scope null": claims(scope=None),
    "scope as scp": claims(scope=ABSENT, scp=SCOPE),
    "scope as scopes": claims(scope=ABSENT, scopes=[SCOPE]),
    "permissions empty": _permissions([]),
    "permissions a string": _permissions(SCOPE),
    "permissions an object": _permissions({SCOPE: True}),
    "permissions a list with a number": _permissions([SCOPE, 5]),
    "permissions a list with null": _permissions([None, SCOPE]),
    "permissions a list in a list": _permissions([[SCOPE]]),
    "permissions a list of objects": _permissions([{"permission_name": SCOPE}]),
    "permissions of two words in one": _permissions(["openid read:messages"]),
    "permissions with a blank": _permissions(["read:messages "]),
    "permissions in capitals": _permissions(["READ:MESSAGES"]),
    "permissions a number": _permissions(5),
    "permissions true": _permissions(True),
    "permissions null": _permissions(None),
}


def _case(name: str, token: Token) -> Case:
    return Case(name, bearer(token), 403, "insufficient_scope", SCOPE, path="/api/private-scoped")


GRANTS = [_case(name, token) for name, token in _GRANTS.items()]
