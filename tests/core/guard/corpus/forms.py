"""The compact serialisation (RFC 7515 section 7.1), its base64url and its JSON, read strictly."""

from tests.core.guard.corpus.building import loose
from tests.core.guard.corpus.case import (
    Case,
    header_text,
    invalid_token,
    loosely_signed,
    parts,
    payload_text,
)

_OPAQUE = {
    "opaque token": lambda _: "2YotnFZFEjr1zCsicMWpAA",
    "opaque token of one letter": lambda _: "a",
    "UUID": lambda _: "0f9d1d6e-5d0c-4c43-8e0e-3a1a8f5a8c11",
    "one dot": lambda _: ".",
    "1 part": parts(lambda header, payload, signature: header),
    "2 parts": parts(lambda header, payload, signature: f"{header}.{payload}"),
    "4 parts": parts(lambda header, payload, signature: f"{header}.{payload}.{signature}.a"),
    "4 parts, the last empty": parts(lambda *three: ".".join(three) + "."),
    "4 parts, the first empty": parts(lambda *three: "." + ".".join(three)),
    "6 parts": parts(lambda *three: ".".join(three * 2)),
    "thousands of dots": lambda _: "." * 15_000,
}

_ENCRYPTED = {
    "5 parts": parts(lambda header, payload, signature: f"{header}.a.b.{payload}.{signature}"),
    "5 parts, all empty": lambda _: "....",
}

_BASE64_HEADER = {
    "header with a plus": parts(lambda header, *rest: ".".join((f"{header[:-1]}+", *rest))),
    "header with a slash": parts(lambda header, *rest: ".".join((f"{header[:-1]}/", *rest))),
    "header with a tilde": parts(lambda header, *rest: ".".join((f"{header}~", *rest))),
    "header of one letter": parts(lambda _, *rest: ".".join(("e", *rest))),
    "header of five letters": parts(lambda _, *rest: ".".join(("eyJhb", *rest))),
    "header with trailing bits set": loosely_signed(header=True),
}

_BASE64_PAYLOAD = {
    "payload with a plus": parts(lambda header, payload, end: f"{header}.{payload[:-1]}+.{end}"),
    "payload with a slash": parts(lambda header, payload, end: f"{header}.{payload[:-1]}/.{end}"),
    "payload of one letter": parts(lambda header, _, end: f"{header}.e.{end}"),
    "payload with trailing bits set": loosely_signed(header=False),
}

_BASE64_SIGNATURE = {
    "signature padded": parts(lambda *three: ".".join(three) + "=="),
    "signature padded too much": parts(lambda *three: ".".join(three) + "===="),
    "signature of padding alone": parts(lambda header, payload, _: f"{header}.{payload}.===="),
    "signature with trailing bits set": parts(
        lambda header, payload, end: f"{header}.{payload}.{loose(end)}"
    ),
    "signature of the standard alphabet": parts(
        lambda header, payload, end: f"{header}.{payload}.+/{end[2:]}"
    ),
    "signature of one letter": parts(lambda header, payload, _: f"{header}.{payload}.A"),
    "signature with a tilde": parts(lambda *three: ".".join(three) + "~"),
}

# What must not stand for a JSON object, whether in the header or in the payload.
_NO_OBJECT: dict[str, str | bytes] = {
    "empty": b"",
    "blank": b"  ",
    "JSON string": b'"RS256"',
    "JSON string that holds an object": b'"{}"',
    "JSON array": b"[]",
    "JSON array of an object": b'[{"alg": "RS256"}]',
    "JSON number": b"1",
    "JSON null": b"null",
    "JSON true": b"true",
    "not JSON": b"alg=RS256",
    "XML": b"<saml:Assertion/>",
    "raw bytes": bytes(range(256)),
    "member given twice": '{GOOD, "kid": "tenant-1", "kid": "tenant-1"}',
    "member given twice, escaped once": '{GOOD, "\\u0061": 1, "a": 1}',
    "member given twice, further in": '{GOOD, "x": {"a": 1, "a": 2}}',
    "NaN": '{GOOD, "x": NaN}',
    "Infinity": '{GOOD, "x": Infinity}',
    "-Infinity": '{GOOD, "x": [-Infinity]}',
    "integer of 5000 digits": '{GOOD, "x": ' + "9" * 5000 + "}",
    "nested 33 levels deep": '{GOOD, "x": ' + "[" * 32 + "]" * 32 + "}",
    "nested 2000 levels deep": '{GOOD, "x": ' + "[" * 2000 + "]" * 2000 + "}",
    "nested objects, 500 levels deep": '{GOOD, "x": ' + '{"x":' * 500 + "1" + "}" * 501,
    "open brackets alone": b"[" * 5000,
    "trailing comma": "{GOOD,}",
    "trailing text": "{GOOD} {}",
    "comment": "{GOOD /* fine */}",
    "single quotes": b"{'alg': 'RS256'}",
    "control character in a string": '{GOOD, "x": "\x01"}',
    "lone surrogate": '{GOOD, "x": "\\ud800"}',
    "lone surrogate in a name": '{GOOD, "\\udfff": 1}',
    "surrogates the wrong way round": '{GOOD, "x": ["\\udc00\\ud800"]}',
    "UTF-16": '{"alg": "RS256"}'.encode("utf-16"),
    "UTF-16 without a mark": '{"alg": "RS256"}'.encode("utf-16-le"),
    "UTF-32": '{"alg": "RS256"}'.encode("utf-32"),
    "byte order mark": "\N{ZERO WIDTH NO-BREAK SPACE}{GOOD}",
    "latin-1": '{"alg": "RS256", "x": "é"}'.encode("latin-1"),
    "overlong UTF-8": b'{"x": "\xc0\xaf"}',
    "UTF-8 cut short": b'{"x": "\xe2\x82"}',
}

FORMS: list[Case] = [
    *invalid_token("format: the token is opaque", _OPAQUE),
    *invalid_token("format: the token is encrypted", _ENCRYPTED),
    *invalid_token("format: the header is not base64url", _BASE64_HEADER),
    *invalid_token("format: the payload is not base64url", _BASE64_PAYLOAD),
    *invalid_token("format: the signature is not base64url", _BASE64_SIGNATURE),
    *invalid_token(
        "format: the header is no strict JSON object",
        {f"header: {name}": header_text(text) for name, text in _NO_OBJECT.items()},
    ),
    *invalid_token(
        "format: the payload is no strict JSON object",
        {f"payload: {name}": payload_text(text) for name, text in _NO_OBJECT.items()},
    ),
    *invalid_token(
        "format: the header is no strict JSON object", {"three empty parts": lambda _: ".."}
    ),
]
