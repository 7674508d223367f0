"""Access tokens of the tenant by client credentials (RFC 6749 section 4.4)."""

from collections.abc import Mapping
from typing import Any

import click

from api.core import strictjson
from api.core.guard import jws
from api.core.guard.fetch import SECONDS, Answer, FetchError, ask_https
from api.core.settings import Settings
from api.core.text import shown

# The remedy for each status that has a known cause.
REMEDIES = {
    401: "Check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET",
    403: (
        "Check AUTH0_AUDIENCE, and in the Auth0 dashboard that the application is authorized for "
        "the API and for these scopes (Applications, APIs, Machine to Machine Applications)"
    ),
    429: "Wait a minute before the next try",
}


def access_token(settings: Settings, scope: str) -> str:
    """Return an access token for this API.

    :param settings: the settings of the tenant and of the client
    :param scope: the scopes to request; empty for all that the client may have
    :raises click.ClickException: the tenant issued none; the message has the remedy, and no secret
    """
    answer = _ask(settings, scope)
    if answer.status != 200:
        raise _refusal(answer, settings.auth0_client_secret)
    token = _members(answer).get("access_token")
    if not isinstance(token, str):
        raise click.ClickException(
            f"{answer.url} answered without an access_token, as no tenant does. Check AUTH0_DOMAIN."
        )
    try:
        jws.read(token)
    except jws.Unreadable as error:
        raise click.ClickException(
            f"{answer.url} issued a token that the API cannot read: {error}. "
            "Check AUTH0_AUDIENCE: it is the Identifier of an API."
        ) from None
    return token


def _ask(settings: Settings, scope: str) -> Answer:
    # The page logs in at the same host (api.core.guard.issuer). Discovery would need a second
    # request, and its document would decide where the secret is sent; only AUTH0_DOMAIN may.
    url = f"{settings.issuers[0]}oauth/token"
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.auth0_client_id,
        "client_secret": settings.auth0_client_secret,
        "audience": settings.auth0_audience,
    }
    try:
        return ask_https(url, form | ({"scope": scope} if scope else {}), seconds=SECONDS)
    except FetchError as error:
        raise click.ClickException(
            f"{error}. Check AUTH0_DOMAIN and the network, and SSL_CERT_FILE if the certificate "
            "is at fault."
        ) from None


def _refusal(answer: Answer, secret: str) -> click.ClickException:
    members = _members(answer)
    texts = [members.get(name) for name in ("error", "error_description")]
    # The server chooses these texts, which may therefore contain the secret.
    reason = ": ".join(text.replace(secret, "***") for text in texts if isinstance(text, str))
    quoted = f" ({shown(reason)})" if reason else ""
    return click.ClickException(
        f"{answer.url} answered {answer.status}{quoted}. {_remedy(answer.status)}."
    )


def _remedy(status: int) -> str:
    if status >= 500:
        return "The tenant is out of order: try again later"
    if 300 <= status < 400:
        return "The secret is not sent to a redirect: set AUTH0_DOMAIN to the tenant's own domain"
    return REMEDIES.get(status, "Check AUTH0_DOMAIN and AUTH0_AUDIENCE, and the application")


def _members(answer: Answer) -> Mapping[str, Any]:
    """Return the members of the JSON object in the body; none if the body is anything else."""
    try:
        document = strictjson.loads(answer.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
