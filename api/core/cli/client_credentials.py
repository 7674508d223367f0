"""A token of the tenant by client credentials (RFC 6749 section 4.4)."""

from collections.abc import Mapping
from typing import Any

import click

from api.core import strictjson
from api.core.guard import jws
from api.core.guard.fetch import SECONDS, Answer, FetchError, ask_https
from api.core.settings import Settings
from api.core.text import shown

# What to do about a status that says what is wrong.
REMEDIES = {
    401: "Check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET",
    403: (
        "Check AUTH0_AUDIENCE, and in the Auth0 dashboard that the application is authorized for "
        "the API and for these scopes (Applications, APIs, Machine to Machine Applications)"
    ),
    429: "Wait a minute before the next try",
}


def access_token(settings: Settings, scope: str) -> str:
    """Return a token for this API.

    :param scope: the scopes to ask for; empty for all that the application may have
    :raises ClickException: there is none; the line says what to do, without the secret
    """
    answer = _ask(settings, scope)
    if answer.status != 200:
        raise _refusal(answer, settings.auth0_client_secret)
    token = _members(answer).get("access_token")
    if not isinstance(token, str):
        raise click.ClickException(
            f"{answer.url} answered without an access_token. "
            "Check AUTH0_DOMAIN: this is not how a tenant answers."
        )
    try:
        jws.read(token)
    except jws.Unreadable as error:
        raise click.ClickException(
            f"{answer.url} gave no token that the API could take: {error}. "
            "Check AUTH0_AUDIENCE: it is the Identifier of an API."
        ) from None
    return token


def _ask(settings: Settings, scope: str) -> Answer:
    # Where the page logs in too (api.core.guard.issuer). A discovery document would cost a second
    # call, and would decide to whom the secret goes: that is for AUTH0_DOMAIN alone to say.
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
    named = [members.get(name) for name in ("error", "error_description")]
    # The words are the other side's: it may say anything, and may say the secret back.
    words = ": ".join(word.replace(secret, "***") for word in named if isinstance(word, str))
    quoted = f" ({shown(words)})" if words else ""
    return click.ClickException(
        f"{answer.url} answered {answer.status}{quoted}. {_remedy(answer.status)}."
    )


def _remedy(status: int) -> str:
    if status >= 500:
        return "The tenant is out of order: try again later"
    if 300 <= status < 400:
        return "The secret follows no redirect: set AUTH0_DOMAIN to the tenant's own domain"
    return REMEDIES.get(status, "Check AUTH0_DOMAIN and AUTH0_AUDIENCE, and the application")


def _members(answer: Answer) -> Mapping[str, Any]:
    """Those of the JSON object in the body; of anything else, none."""
    try:
        document = strictjson.loads(answer.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
