"""The media type of an answer, chosen by the Accept header (RFC 9110 section 12.5.1)."""

import re
from collections.abc import Sequence

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from api.core.problems import NotAcceptable


def choose(media_types: Sequence[str]) -> str:
    """Return the media type that the client of the current request prefers.

    :param media_types: those that there are, the one to prefer first
    :raises NotAcceptable: the client accepts none of them
    """
    accepted = _accepted()
    if not accepted:
        return media_types[0]
    # The first of the best is returned.
    best = max(media_types, key=lambda media_type: _quality(media_type, accepted))
    if not _quality(best, accepted):
        raise NotAcceptable(available=list(media_types), headers={"Vary": "Accept"})
    return best


def _accepted() -> MIMEAccept:
    # Java's own client writes `q=.2`, which RFC 9110 and werkzeug do not know.
    header = re.sub(r"(;\s*q=)\.", r"\g<1>0.", request.headers.get("Accept", ""))
    return parse_accept_header(header, MIMEAccept)


def _quality(media_type: str, accepted: MIMEAccept) -> float:
    # werkzeug lists the most specific ranges first, and the most specific one counts.
    for media_range, quality in accepted:
        if _matches(media_type, parse_options_header(media_range)[0].lower()):
            return quality
    return 0


def _matches(media_type: str, media_range: str) -> bool:
    if media_range in ("*", "*/*", media_type):
        return True
    kind, _, subtype = media_range.partition("/")
    return subtype == "*" and media_type.startswith(f"{kind}/")
