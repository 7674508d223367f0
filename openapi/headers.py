"""The headers of responses, each described once."""

from openapi.operation import Header

HEADERS = {
    name: Header(description=description)
    for name, description in {
        "WWW-Authenticate": "What the guard asks for (RFC 6750 section 3).",
        "Retry-After": "Seconds to wait before the same request is worth sending again.",
        "Accept": "The media types that the body may have (RFC 9110 section 15.5.16).",
        "Accept-Encoding": "The codings that the body may have (RFC 7694).",
        "Accept-Patch": "The media types that a PATCH may have (RFC 5789).",
        "Accept-Post": "The media types that a POST may have.",
        "Allow": "The methods that this address has.",
        "ETag": "The version of this answer, for If-Match and If-None-Match.",
        "Location": "Where what was created is.",
        "Content-Disposition": "The name of the file (RFC 6266).",
        "Content-Range": "Which part of the file this is (RFC 9110 section 14.4).",
        "Accept-Ranges": "That a part of the file may be asked for with Range.",
        "Last-Modified": "When the file was changed, for If-Modified-Since.",
        "Vary": "The request's headers that the answer depends on.",
        "Link": "The next page (rel=next); absent on the last.",
        "X-Request-Id": "The request's id, as in `instance` and in the log.",
    }.items()
}
