"""What a proof must say, with the time and the request in a test's hand."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from api.core.guard.address import normalised
from api.core.guard.checks import first_failure
from api.core.guard.problems import InvalidDPoPProof
from api.core.guard.proof import RequestContext, fingerprint, read
from api.core.guard.proof_checks import ALGORITHMS, CHECKS
from tests.core.support.dpop import ClientKey, proof_header, signed
from tests.core.support.dpop import proof as made
from tests.core.support.tenant import encode

NOW = 1_800_000_000
URL = "https://api.example.com/messages"
TOKEN = "an.access.token"
KEY, OTHER = ClientKey(), ClientKey()
ORDER = ["typ", "alg", "crit", "signature", "htm", "htu", "iat", "ath", "jkt", "jti"]
HERE = RequestContext("GET", URL, TOKEN, KEY.jkt, NOW)


def failed_check(header: Any = None, key: ClientKey = KEY, **changes: Any) -> Any:
    """The first check that a proof for this request fails; its header and claims as changed."""
    return fault(read(made(key, "GET", URL, TOKEN, header, **({"iat": NOW} | changes))), HERE)


def fault(proof: Any, here: Any) -> Any:
    """The name of the first check that fails."""
    failed = first_failure(CHECKS, proof, here)
    return failed and failed.name


def test_order() -> None:
    """The checks stand in one table, in one order, and each names the standard that requires it."""
    assert [check.name for check in CHECKS] == ORDER
    assert all(check.source.startswith("RFC ") for check in CHECKS)


@pytest.mark.parametrize("value", [None, True, 10**400, "", "\r\n\x1b", [], {"a": [1]}], ids=repr)
def test_results_in_words(value: Any) -> None:
    """The result of each check can be printed and has a remedy, whatever the proof holds."""
    header = dict.fromkeys(("typ", "alg", "crit"), value)
    claims = dict.fromkeys(("htm", "htu", "iat", "ath", "jti"), value)
    sent = read(signed(KEY, proof_header(KEY) | header, claims))
    results = [check.result(sent, HERE) for check in CHECKS]
    assert all((result.found + result.expected).isprintable() for result in results)
    passed = {result.name for result in results if result.passed}
    assert passed - {"jti"} == {"jkt"}
    remedies = {check.name: check.remedy for check in CHECKS}
    assert all(result.remedy == remedies[result.name] for result in results if not result.passed)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_good(alg: Any) -> None:
    """A proof of each algorithm passes every check."""
    key = ClientKey(alg)
    here = RequestContext("GET", URL, TOKEN, key.jkt, NOW)
    assert fault(read(made(key, "GET", URL, TOKEN, iat=NOW)), here) is None


@pytest.mark.parametrize(
    ("name", "header", "claims"),
    [
        ("typ", {"typ": "JWT", "alg": "none"}, {}),
        ("alg", {"alg": "none", "crit": []}, {}),
        ("crit", {"crit": [], "jwk": OTHER.jwk}, {}),
        ("signature", {"jwk": OTHER.jwk}, {"htm": "POST"}),
        ("htm", {}, {"htm": "POST", "htu": "/"}),
        ("htu", {}, {"htu": "/", "iat": 0}),
        ("iat", {}, {"iat": 0, "ath": ""}),
        ("ath", {}, {"ath": "", "jti": ""}),
        ("jti", {}, {"jti": ""}),
    ],
)
def test_first_failure(name: str, header: dict[str, Any], claims: dict[str, Any]) -> None:
    """A proof is refused for the first check that it fails."""
    assert failed_check(header, **claims) == name


def test_another_key() -> None:
    """A good proof of another key is refused before its jti is looked at."""
    assert failed_check(key=OTHER, jti="") == "jkt"


@pytest.mark.parametrize(
    ("seconds", "accepted"),
    [
        (0, True),
        (-300, True),
        (-299.5, True),
        (-300.5, False),
        (-301, False),
        (30, True),
        (30.0, True),
        (30.5, False),
        (31, False),
        (-(10**400), False),
        (10**400, False),
    ],
)
def test_iat(seconds: Any, accepted: bool) -> None:
    """A proof is accepted from 30 s before its iat until 300 s after it."""
    assert (failed_check(iat=NOW + seconds) is None) == accepted


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(-30, True), (-31, False), (300, True), (300.25, False)]
)
def test_time_passes(seconds: float, accepted: bool) -> None:
    """A proof is checked with the time of the request, not with the time of reading."""
    one = read(made(KEY, "GET", URL, TOKEN, iat=NOW))
    assert (fault(one, replace(HERE, now=NOW + seconds)) is None) == accepted


@pytest.mark.parametrize(
    ("jti", "accepted"), [("a", True), ("a" * 256, True), ("a" * 257, False), ("", False)]
)
def test_jti(jti: Any, accepted: bool) -> None:
    """A jti has 1 to 256 characters."""
    assert (failed_check(jti=jti) is None) == accepted


@pytest.mark.parametrize(
    ("length", "name"), [(8192, "format: send exactly one"), (8193, "format: the proof is over")]
)
def test_length(length: int, name: str) -> None:
    """A proof over 8 KiB is refused without being read."""
    with pytest.raises(InvalidDPoPProof, match=name):
        read("a" * length)


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "ä.ä.ä", "\ud800.\ud800.a", "a" * 9000])
def test_unreadable(text: Any) -> None:
    """A proof that is not a signed JWT is refused with a reason."""
    with pytest.raises(InvalidDPoPProof, match="format: "):
        read(text)


@pytest.mark.parametrize("name", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_private_member(name: str) -> None:
    """A jwk with any private member is refused, whatever its value."""
    for value in ("", None, 0):
        with pytest.raises(InvalidDPoPProof, match="jwk: "):
            read(signed(KEY, proof_header(KEY, jwk=KEY.jwk | {name: value}), {}))


def test_only_public_members_are_kept() -> None:
    """Other members of a jwk do not become part of the key."""
    extra = {"use": "enc", "alg": "RS512", "key_ops": [], "kid": 5, "x5c": {}}
    key = read(signed(KEY, proof_header(KEY, jwk=KEY.jwk | extra), {})).key
    assert key.as_dict(private=False) == KEY.jwk


SAME = [
    ("https://a.example/x", "HTTPS://A.Example/x"),
    ("https://a.example/x", "https://a.example:443/x"),
    ("https://a.example/x", "https://a.example:/x"),
    ("http://a.example/x", "http://a.example:80/x"),
    ("https://a.example:8443/x", "https://a.example:08443/x"),
    ("https://a.example", "https://a.example/"),
    ("https://a.example?x", "https://a.example/#y"),
    ("https://a.example/x", "https://a.example/x?y=/z#/w"),
    ("https://a.example/~x", "https://a.example/%7Ex"),
    ("https://a.example/%7ex", "https://a.example/%7Ex"),
    ("https://a.example/a%3ab", "https://a.example/a:b"),
    ("https://a.example/%c3%a9", "https://a.example/%C3%A9"),
    ("https://a.example/x", "https://a.example/./x"),
    ("https://a.example/x", "https://a.example/y/../x"),
    ("https://a.example/x", "https://a.example/%2e%2E/x"),
    ("https://a.example/x", "https://a.example/../../x"),
    ("https://a.example/x/", "https://a.example/x/."),
    ("https://a.example/x/", "https://a.example/x/y/.."),
    ("https://a.example/", "https://a.example/x/.."),
    ("https://a.example/", "https://a.example/.."),
    # RFC 3986 section 5.2.4.
    ("https://a.example/a/g", "https://a.example/a/b/c/./../../g"),
    ("https://[::1]/x", "https://[::1]:443/x"),
    ("https://[2001:DB8::A]/x", "https://[2001:db8::a]/x"),
]

DIFFERENT = [
    ("https://a.example/x", "http://a.example/x"),
    ("https://a.example/x", "http://a.example:443/x"),
    ("https://a.example/x", "https://a.example:80/x"),
    ("https://a.example/x", "https://a.example:0/x"),
    ("https://a.example/x", "https://b.example/x"),
    ("https://a.example/x", "https://a.example./x"),
    ("https://a.example/x", "https://a.example/X"),
    ("https://a.example/x", "https://a.example/x/"),
    ("https://a.example/x", "https://a.example/x/."),
    ("https://a.example/x", "https://a.example//x"),
    ("https://a.example/x", "https://a.example/x;y"),
    ("https://a.example/x/y", "https://a.example/x%2Fy"),
    ("https://a.example/x%2Fy", "https://a.example/x%252Fy"),
    ("https://a.example/%41", "https://a.example/%2541"),
    ("https://a.example/x", "https://a.example/.../x"),
    ("https://a.example/x?y", "https://a.example/x%3Fy"),
    ("https://a.example/x", "https://a.example/x%00"),
    ("https://a.example/+", "https://a.example/%20"),
    ("https://[::1]/x", "https://[::2]/x"),
    ("https://[::1]/x", "https://127.0.0.1/x"),
]

NONE = [
    *("", "/", "/x", "x", "//a.example/x", "a.example/x", "https:", "https://", "https:///x"),
    *("https:/a.example/x", "https:a.example/x", "ftp://a.example/x", "wss://a.example/x"),
    *("urn:x:y", "javascript:alert(1)", "file:///etc/hosts", "data:,x", "https://?x", "https://#x"),
    *(
        "https://:443/x",
        "https://user@a.example/x",
        "https://u:p@a.example/x",
        "https://@a.example",
    ),
    *("https://a.example:65536/", "https://a.example:-1/", "https://a.example:x/"),
    *("https://a.example:+443/", "https://a.example:٤/", "https://[::1/", "https://::1]/"),
    *(
        " https://a.example/x",
        "https://a.example/x ",
        "https://a.example/x\n",
        "\thttps://a.example",
    ),
    *(
        "https://a.ex\nample/x",
        "https://a.example/\0",
        "\x7fhttps://a.example",
        "https://ä.example",
    ),
    *("https://a.example/é", "https://\N{FULLWIDTH LATIN SMALL LETTER A}.example/x", "\ud800"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_address(one: Any, other: Any) -> None:
    """Two spellings of one address (RFC 3986 section 6.2) count as one."""
    assert normalised(one) == normalised(other) is not None


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_addresses(one: Any, other: Any) -> None:
    """Two addresses that RFC 3986 does not make equal are different."""
    assert None is not normalised(one) != normalised(other) is not None


@pytest.mark.parametrize("text", NONE)
def test_no_address(text: Any) -> None:
    """A text that is not an absolute http or https address equals no address."""
    assert normalised(text) is None
    here = replace(HERE, url=text)
    htu = text.encode("utf-8", "ignore").decode()
    assert fault(read(made(KEY, "GET", htu, TOKEN, iat=NOW)), here) == "htu"


def test_fingerprint() -> None:
    """The fingerprint of a proof depends on its key and its jti only, and has a fixed length."""

    def of(key: ClientKey = KEY, jti: Any = "a", **changes: Any) -> Any:
        return fingerprint(read(made(key, "GET", URL, TOKEN, jti=jti, **changes)))

    assert of() == of(htm="POST", iat=5)
    assert len({of(), of(OTHER), of(jti="b"), of(jti="\N{KEY}" * 256)}) == 4
    assert len(of(jti="a" * 256)) == len(of()) == hashlib.sha256().digest_size * 2


def test_ath_is_of_the_token_as_sent() -> None:
    """ath must be the hash of the exact token (RFC 9449 section 4.2)."""
    digest = hashlib.sha256(TOKEN.encode()).digest()
    assert failed_check(ath=encode(digest)) is None
    assert failed_check(ath=encode(digest) + "=") == "ath"
    assert failed_check(ath=encode(digest[:-1])) == "ath"
