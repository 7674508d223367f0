"""The DPoP header and the form of what is in it (RFC 9449 section 4.3, checks 1 to 3)."""

from tests.core.guard.corpus.building import loose
from tests.core.guard.corpus.proof_case import (
    Proof,
    ProofCase,
    claims,
    good,
    header_text,
    loosely_signed,
    parts,
    payload_text,
    refused,
)


def _lines(name: str, *lines: Proof | bytes) -> ProofCase:
    """Several DPoP headers, or none."""

    def proofs(token: str) -> tuple[bytes, ...]:
        return tuple(line if isinstance(line, bytes) else line(token).encode() for line in lines)

    return ProofCase(name, proofs, 401, "invalid_dpop_proof", "format: ")


_LINES = [
    _lines("no header"),
    _lines("empty", b""),
    _lines("blank", b"  "),
    _lines("two headers", good, good),
    _lines("two headers, one of garbage", good, b"garbage"),
    _lines("two headers, the last one empty", good, b""),
    _lines("raw bytes", bytes(range(0x80, 0x100))),
]


_TEXTS: dict[str, Proof] = {
    "two proofs and a comma": lambda token: f"{good(token)}, {good(token)}",
    "two proofs and a blank": lambda token: f"{good(token)} {good(token)}",
    "one proof and a comma": lambda token: f"{good(token)},",
    "garbage": lambda _: "garbage",
    "with a scheme": lambda token: f"DPoP {good(token)}",
    "in quotes": lambda token: f'"{good(token)}"',
    "JSON serialisation": lambda _: '{"payload": "e30", "signatures": []}',
    "1 part": parts(lambda header, payload, signature: header),
    "2 parts": parts(lambda header, payload, signature: f"{header}.{payload}"),
    "4 parts": parts(lambda *three: ".".join(three) + ".a"),
    "5 parts": parts(lambda header, payload, end: f"{header}.a.b.{payload}.{end}"),
    "three empty parts": lambda _: "..",
    "thousands of dots": lambda _: "." * 8000,
    "padded": parts(lambda *three: ".".join(three) + "=="),
    "a letter outside base64url": parts(lambda *three: ".".join(three) + "+"),
    "signature with trailing bits set": parts(
        lambda header, payload, end: f"{header}.{payload}.{loose(end)}"
    ),
    "header with trailing bits set": loosely_signed(header=True),
    "payload with trailing bits set": loosely_signed(header=False),
}


# What must not stand for a JSON object, whether in the header or in the payload.
_NO_OBJECT: dict[str, str | bytes] = {
    "empty": b"",
    "JSON array": b"[]",
    "JSON null": b"null",
    "not JSON": b"typ=dpop+jwt",
    "raw bytes": bytes(range(256)),
    "member given twice": '{GOOD, "x": 1, "x": 1}',
    "typ or htm given twice": '{"typ": "dpop+jwt", "htm": "GET", GOOD}',
    "member given twice, further in": '{GOOD, "x": {"a": 1, "a": 2}}',
    "NaN": '{GOOD, "x": NaN}',
    "-Infinity": '{GOOD, "x": [-Infinity]}',
    "nested 33 levels deep": '{GOOD, "x": ' + "[" * 32 + "]" * 32 + "}",
    "nested 1500 levels deep": '{GOOD, "x": ' + "[" * 1500 + "]" * 1500 + "}",
    "lone surrogate": '{GOOD, "x": "\\ud800"}',
    "trailing text": "{GOOD} {}",
    "UTF-16": '{"typ": "dpop+jwt"}'.encode("utf-16"),
}

_LONG: dict[str, Proof] = {
    "over 8 KiB": claims(x="x" * 6000),
    "over 8 KiB of garbage": lambda _: "a" * 8193,
    "12 KiB": claims(x="x" * 9000),
}

FORMS: list[ProofCase] = [
    *_LINES,
    *refused("format: send exactly one DPoP header", _TEXTS),
    *refused(
        "format: send exactly one DPoP header",
        {f"header: {name}": header_text(text) for name, text in _NO_OBJECT.items()},
    ),
    *refused(
        "format: send exactly one DPoP header",
        {f"payload: {name}": payload_text(text) for name, text in _NO_OBJECT.items()},
    ),
    *refused("format: the proof is over 8 KiB", _LONG),
]
