"""A request byte by byte, and what its answer must hold."""

import json
from typing import Any

from tests.core.support.sockets import Answer, Connection
from tests.core.support.tenant import AUDIENCE

METADATA = "http://localhost/.well-known/oauth-protected-resource"


def exchange(
    port: int,
    path: str,
    *authorization: bytes,
    method: str = "GET",
    host: str = "localhost",
    more: bytes = b"",
    body: bytes = b"",
) -> Answer:
    """A request with these Authorization lines and no other header than `more`, byte by byte."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode()
    lines = b"".join(b"Authorization: %b\r\n" % line for line in authorization)
    with Connection(port) as connection:
        return connection.send(head + lines + more + b"\r\n" + body).answer(method)


def challenges(body: dict[str, Any], failing_scheme: str = "Bearer", scope: str = "") -> list[str]:
    """What the lines of WWW-Authenticate must be, to the letter, with a refusal of this `body`.

    :param failing_scheme: the scheme whose challenge says what is wrong
    :param scope: the scope that a 403 asks for
    """
    known = {"realm": AUDIENCE, "resource_metadata": METADATA}
    members = {name: body[name] for name in ("error", "error_description") if name in body}
    error = members | ({"scope": scope} if scope else {})
    of_scheme = {"Bearer": known, "DPoP": known | {"algs": "ES256 RS256 EdDSA"}}
    of_scheme[failing_scheme] = of_scheme[failing_scheme] | error
    return [
        f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in attributes.items())
        for scheme, attributes in of_scheme.items()
    ]


def echoes(answer: Answer, sent: tuple[bytes, ...]) -> bool:
    """Whether twelve letters of the request in a row stand in the answer."""
    text = str(answer.headers) + json.dumps(answer.body)
    request = b" ".join(sent).decode("latin-1")
    return any(text[at : at + 12] in request for at in range(len(text) - 11))
