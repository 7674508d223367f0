"""Security headers of HTML pages."""

from werkzeug.wrappers import Response

NONE = "'none'"


def set_page_headers(
    response: Response,
    *,
    form_action: str = NONE,
    referrer_policy: str = "no-referrer",
    **sources: str,
) -> None:
    """Set the content security policy of a page, and the headers that go with it.

    The policy forbids what is not named here, so that a page cannot load from elsewhere by mistake.

    :param response: the page
    :param form_action: where its forms may be sent
    :param referrer_policy: the Referrer-Policy
    :param sources: where a kind of resource may be loaded from, such as `style_src="'self'"`
    """
    directives = {
        "default-src": NONE,
        **{name.replace("_", "-"): source for name, source in sources.items()},
        "form-action": form_action,
        "base-uri": NONE,
        "frame-ancestors": NONE,
    }
    policy = "; ".join(f"{name} {source}" for name, source in directives.items())
    response.headers["Content-Security-Policy"] = policy
    response.headers["Referrer-Policy"] = referrer_policy
    response.headers["X-Content-Type-Options"] = "nosniff"
