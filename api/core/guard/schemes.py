"""Guards beside access tokens: a key or a signature in a header, for webhooks and the like."""

import hmac
import logging
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Request, g, request
from werkzeug.exceptions import HTTPException

from api.core.declarations import REQUIRE, DeclarationError
from api.core.guard.extension import current_guard
from api.core.guard.guarding import guarding
from api.core.guard.problems import InvalidCredential, quotable
from api.core.problems import Problem
from openapi.operation import Access, HeaderScheme

View = TypeVar("View", bound=Callable[..., Any])

_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True)
class SecurityScheme(HeaderScheme):
    """A security scheme of a team's own: `@require(SecurityScheme(...))` guards an operation by it.

    :param name: its name in the documents
    :param header: the header that a caller sends
    :param description: what the header holds, in CommonMark
    :param check: says whether the header of a request is good. It returns True or False, or raises
        a Problem; whatever else it raises refuses the request. The raw body of the request is
        `request.get_data()`; one over the limit ends in 413
    """

    check: Callable[[Request], bool] = field(kw_only=True)

    def __post_init__(self) -> None:
        """
        :raises DeclarationError: an argument is wrong
        """
        wrong = [
            *([] if _NAME.fullmatch(self.name) else [f"name={self.name!r}"]),
            *([] if _HEADER.fullmatch(self.header) else [f"header={self.header!r}"]),
            *([] if callable(self.check) else [f"check={self.check!r}"]),
        ]
        if wrong:
            raise DeclarationError(
                f"SecurityScheme has {', '.join(wrong)}: its name takes letters, digits, ., _ and "
                "-, its header is that of a header, and check= takes a function of the request"
            )

    def admit(self) -> None:
        """Let the current request in.

        :raises InvalidCredential: the header is missing or wrong
        """
        if self.header not in request.headers:
            self._refuse(f"Send the header {self.header}.")
        if not self._accepts():
            self._refuse(f"The header {self.header} is not accepted.")

    def _accepts(self) -> bool:
        try:
            accepted = self.check(request._get_current_object())  # type: ignore[attr-defined]
        except Exception as error:
            # A header that the check asks for and that is missing is a KeyError as well.
            if isinstance(error, (Problem, HTTPException)) and not isinstance(error, KeyError):
                raise
            _LOG.exception("the check of the security scheme %s failed", self.name)
            return False
        if not isinstance(accepted, bool):
            kind = type(accepted).__name__
            _LOG.error("the check of the security scheme %s returned %s, no bool", self.name, kind)
        return accepted is True

    def _refuse(self, detail: str) -> None:
        # RFC 9110 section 15.5.2 demands a challenge; no registered scheme is of such headers.
        realm = quotable(current_guard().bearer.requirements.audience)
        challenge = f'ApiKey realm="{realm}", header="{self.header}"'
        g.refusal = current_guard().count(InvalidCredential.name)
        raise InvalidCredential(detail, headers={"WWW-Authenticate": challenge})


def require(scheme: SecurityScheme) -> Callable[[View], View]:
    """Return the decorator that lets in callers by a security scheme of a team's own.

    :param scheme: the security scheme, which the documents show
    :raises DeclarationError: it is another thing
    """
    if not isinstance(scheme, SecurityScheme):
        raise DeclarationError(f"@require takes a SecurityScheme, not {scheme!r}")
    access = Access(scheme=scheme)
    return guarding(REQUIRE, scheme.admit, access=access, problems=(InvalidCredential,))


def same_secret(sent: str, secret: str) -> bool:
    """Return whether a secret was sent, in a time that tells nothing of it.

    :param sent: what the caller has sent
    :param secret: the secret; an empty one is never accepted
    """
    return secret != "" and hmac.compare_digest(sent.encode(), secret.encode())


def same_hmac(sent: str, body: bytes, secret: str, *, digest: str = "sha256") -> bool:
    """Return whether a signature is the HMAC (RFC 2104) of a body, in hexadecimal or base64.

    It is compared in a time that tells nothing of the signature.

    :param sent: the signature alone; take off a prefix such as "sha256=" before
    :param body: what was signed, such as `request.get_data()`
    :param secret: the key that both sides have; an empty one is never accepted
    :param digest: the name of the hash function
    """
    expected = hmac.digest(secret.encode(), body, digest)
    return secret != "" and any(
        hmac.compare_digest(text.encode(), form)
        for text, form in ((sent.lower(), expected.hex().encode()), (sent, b64encode(expected)))
    )
