"""`doctor` and an issuer: each step on the guard's way to its keys, and its clock."""

import time
from collections.abc import Iterator

from werkzeug.http import parse_date

from api.core.cli.tables import Line, Outcome
from api.core.guard import jwks
from api.core.guard.fetch import SECONDS, Answer, Deadline, FetchError, ask_https
from api.core.guard.jwks import ForeignIssuer, PublishedKeys
from api.core.guard.proxy import is_bypassed, proxy_for
from api.core.guard.token_rules import ALGORITHM
from api.core.text import shown

# What to do, by the code of the FetchError; about any other, NETWORK.
REMEDIES = {
    "proxy": "check HTTPS_PROXY, or add the issuer's host to NO_PROXY",
    "untrusted": "check AUTH0_DOMAIN, or set SSL_CERT_FILE to the CA of its certificate",
    "foreign-issuer": "set AUTH0_DOMAIN to the domain that it names, as tokens do in iss",
    "no-keys": f"have the tenant sign with {ALGORITHM}",
}
NETWORK = "check AUTH0_DOMAIN and the network"


def check_issuer(issuer: str, leeway: float) -> Iterator[Line]:
    """Yield a line for the connection, the discovery document, the keys and the clock.

    :param issuer: the issuer, as tokens name it
    :param leeway: seconds by which its clock may differ from this machine's
    """
    deadline = Deadline(SECONDS)
    try:
        answer = ask_https(jwks.discovery_url(issuer), seconds=deadline.seconds_left())
    except FetchError as error:
        yield _failure("issuer", issuer, error)
        for name in ("discovery", "keys"):
            yield _skipped(name, issuer)
        yield Line("clock", Outcome.SKIP, f"{issuer} sent no Date header")
        return
    # Its clock is read now: the key set may take its time, and lie on another machine.
    ahead = _seconds_ahead(answer)
    yield Line("issuer", Outcome.OK, f"{issuer} answers over TLS{_way(issuer)}")
    yield from _check_documents(issuer, answer, deadline)
    yield _check_clock(issuer, ahead, leeway)


def _check_documents(issuer: str, discovery: Answer, deadline: Deadline) -> Iterator[Line]:
    try:
        jwks_uri = jwks.read_discovery(issuer, discovery.document())
    except FetchError as error:
        yield _failure("discovery", issuer, error)
        yield _skipped("keys", issuer)
        return
    yield Line("discovery", Outcome.OK, f"{issuer} the discovery document names it exactly")
    try:
        answer = ask_https(jwks_uri, seconds=deadline.seconds_left())
        published = jwks.read_keys(jwks_uri, answer.document())
    except FetchError as error:
        yield _failure("keys", issuer, error)
    else:
        yield Line("keys", Outcome.OK, f"{issuer} {_counted(published)}")


def _way(issuer: str) -> str:
    """Which way requests to the issuer go, if the environment names a proxy."""
    if is_bypassed(issuer):
        return ", directly (NO_PROXY)"
    proxy = proxy_for(issuer)
    return f", through the proxy {proxy}" if proxy else ""


def _check_clock(issuer: str, ahead: int | None, leeway: float) -> Line:
    """This machine's clock, beside that of the issuer."""
    if ahead is None:
        return Line("clock", Outcome.SKIP, f"{issuer} sent no Date header")
    apart = abs(ahead)
    # A server sends whole seconds, and they travel: less than two of them cannot be measured.
    if apart <= max(leeway, 1):
        text = f"{issuer} and this machine are {apart} s apart, of {leeway:g} (TOKEN_LEEWAY)"
        return Line("clock", Outcome.OK, text)
    side = "behind" if ahead > 0 else "ahead of"
    text = f"{issuer} is {apart} s {side} this machine, which is over {leeway:g} (TOKEN_LEEWAY)"
    return Line("clock", Outcome.WARN, text, remedy="set this machine's clock, best by NTP")


def _seconds_ahead(answer: Answer) -> int | None:
    """By how much this machine is ahead of the server; None if it sent no time."""
    date = parse_date(answer.headers.get("Date"))
    return None if date is None else int(time.time() - date.timestamp())


def _counted(published: PublishedKeys) -> str:
    usable = f"{len(published.keys)} for {ALGORITHM}"
    if not published.ignored:
        return usable
    return f"{usable}, {published.ignored} ignored: of another kind, use or algorithm, or too short"


def _failure(name: str, issuer: str, error: FetchError) -> Line:
    text = str(error)
    if isinstance(error, ForeignIssuer):
        text = f"{text}: {shown(error.named)}"
    # Most reasons begin with the address that was asked for.
    found = text if issuer in text else f"{issuer} {text}"
    return Line(name, Outcome.FAIL, found, remedy=REMEDIES.get(error.code, NETWORK))


def _skipped(name: str, issuer: str) -> Line:
    return Line(name, Outcome.SKIP, f"{issuer} not checked")
