"""Compact JWSs that are good but for one thing: what the tables of tokens and of proofs share."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tests.core.support.tenant import as_json, compact, encode

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

ABSENT: Any = object()
"""Stands for a member that is left out. None is JSON's null."""

G = TypeVar("G")


@dataclass(frozen=True)
class Builder(Generic[G]):
    """Builds JWSs of one kind for what is given: a tenant, or the access token of a proof.

    :param good_header: the header of a good one
    :param good_claims: the claims of a good one
    :param sign: the signature over this signing input with the right key
    """

    good_header: Callable[[G], dict[str, Any]]
    good_claims: Callable[[G], dict[str, Any]]
    sign: Callable[[G, bytes], bytes]

    def good(self, given: G) -> str:
        """One without fault."""
        return self.build(given, self.good_header(given), self.good_claims(given))

    def build(self, given: G, header: Any, payload: Any) -> str:
        """One of any header and payload, with a right signature; bytes go in as they are."""
        return compact(header, payload, lambda data: self.sign(given, data))

    def header(self, **changes: Any) -> Callable[[G], str]:
        """One whose header is changed; a function is called for its value."""
        return lambda given: self.build(
            given, _changed(self.good_header(given), changes, given), self.good_claims(given)
        )

    def claims(self, **changes: Any) -> Callable[[G], str]:
        """One whose claims are changed; a function is called for its value."""
        return lambda given: self.build(
            given, self.good_header(given), _changed(self.good_claims(given), changes, given)
        )

    def header_text(self, text: str | bytes) -> Callable[[G], str]:
        """One whose header is `text`; GOOD in it stands for the members of a good header."""
        return lambda given: self.build(
            given, _filled(text, self.good_header(given)), self.good_claims(given)
        )

    def payload_text(self, text: str | bytes) -> Callable[[G], str]:
        """One whose payload is `text`; GOOD in it stands for the members of good claims."""
        return lambda given: self.build(
            given, self.good_header(given), _filled(text, self.good_claims(given))
        )

    def parts(self, change: Callable[[str, str, str], str]) -> Callable[[G], str]:
        """A good one, taken apart and put together by `change`."""
        return lambda given: change(*self.good(given).split("."))

    def loose(self, *, header: bool) -> Callable[[G], str]:
        """One whose header, or else payload, is spelled loosely, and signed as it is spelled."""

        def build(given: G) -> str:
            # Blanks fill up to one byte over a multiple of three, which leaves four bits.
            texts = [as_json(self.good_header(given)), as_json(self.good_claims(given))]
            first, second = (encode(text + b" " * ((1 - len(text)) % 3)) for text in texts)
            content = f"{loose(first)}.{second}" if header else f"{first}.{loose(second)}"
            return f"{content}.{encode(self.sign(given, content.encode()))}"

        return build


def loose(part: str) -> str:
    """The same bytes in other letters: bits that belong to no byte are set in the last one."""
    return part[:-1] + _ALPHABET[_ALPHABET.index(part[-1]) + 1]


def ago(seconds: float) -> Callable[[object], float]:
    """A time before the request: far enough from it that a slow machine changes nothing."""
    return lambda _given: int(time.time()) - seconds


def ahead(seconds: float) -> Callable[[object], float]:
    """A time after the request."""
    return ago(-seconds)


def _changed(members: dict[str, Any], changes: dict[str, Any], given: object) -> dict[str, Any]:
    changed = members | {
        name: value(given) if callable(value) else value for name, value in changes.items()
    }
    return {name: value for name, value in changed.items() if value is not ABSENT}


def _filled(text: str | bytes, members: dict[str, Any]) -> bytes:
    if isinstance(text, bytes):
        return text
    return text.replace("GOOD", json.dumps(members)[1:-1]).encode()
