"""How the issuer's documents come over HTTPS."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

import urllib3

Fetch = Callable[[str], bytes]

SECONDS = 5.0
MAX_BYTES = 512 * 1024
USER_AGENT = "flask-restx-auth0-api/1.0"


class FetchError(Exception):
    """A document of the issuer could not be had; the text says why."""


def fetch_https(url: str) -> bytes:
    """The body of `url`: https alone, no redirect, at most 5 s and 512 KiB in all.

    Certificates are checked against the system's trust, or SSL_CERT_FILE. Raises FetchError.
    """
    if not url.startswith("https://"):
        raise FetchError(f"{url} is not https")
    answer: Future[bytes] = Future()
    # A timeout of the socket starts anew at every byte that drips in, and a name server has none.
    threading.Thread(target=_read_into, args=(answer, url), daemon=True).start()
    try:
        return answer.result(SECONDS)
    except TimeoutError:
        raise FetchError(f"{url} took over {SECONDS:g} s") from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise FetchError(f"{url}: {_reason(error)}") from error


def _read_into(answer: Future[bytes], url: str) -> None:
    try:
        answer.set_result(_read(url, time.monotonic() + SECONDS))
    except Exception as error:
        answer.set_exception(error)


def _read(url: str, deadline: float) -> bytes:
    with urllib3.PoolManager(num_pools=1) as pool:
        response = pool.request(
            "GET",
            url,
            headers={"Accept": "application/json", "User-Agent": USER_AGENT},
            redirect=False,
            retries=False,
            timeout=urllib3.Timeout(total=SECONDS),
            preload_content=False,
        )
        with response:
            if response.status != 200:
                raise FetchError(f"{url} answered {response.status}")
            return _body(response, url, deadline)


def _body(response: urllib3.BaseHTTPResponse, url: str, deadline: float) -> bytes:
    body = b""
    while chunk := response.read1(MAX_BYTES + 1):
        body += chunk
        if len(body) > MAX_BYTES:
            raise FetchError(f"{url} is over {MAX_BYTES // 1024} KiB")
        if time.monotonic() > deadline:
            raise FetchError(f"{url} took over {SECONDS:g} s")
    return body


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error)
