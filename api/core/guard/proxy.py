"""The proxy between this API and its issuer, as HTTPS_PROXY and NO_PROXY name it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import urllib3


class InvalidProxy(ValueError):
    """HTTPS_PROXY is not the address of a proxy. Its value may have a password: it is not shown."""

    def __init__(self) -> None:
        super().__init__(
            "HTTPS_PROXY is not the address of a proxy, http://[user:password@]host:port"
        )


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that makes tunnels by CONNECT (RFC 9110 section 9.3.6).

    :param host: its host
    :param port: its port
    :param headers: what it is sent beside the address
    """

    host: str
    port: int
    headers: Mapping[str, str] = field(repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy for an address, or None if it is asked directly.

    Names in lower case count as well, and before those in upper case. NO_PROXY lists hosts, and
    domains with all hosts in them.

    :param url: an address of https
    :raises InvalidProxy: HTTPS_PROXY is not the address of a proxy
    """
    address = getproxies_environment().get("https")
    if not address or _is_direct(url):
        return None
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        port = 80 if parts.port is None else parts.port
    except ValueError:
        raise InvalidProxy from None
    if parts.scheme != "http" or not parts.hostname or parts.path.strip("/"):
        raise InvalidProxy
    return Proxy(parts.hostname, port, _credentials(parts.username, parts.password))


def is_bypassed(url: str) -> bool:
    """Return whether there is a proxy, and NO_PROXY excepts this address from it.

    :param url: an address of https
    """
    return bool(getproxies_environment().get("https")) and _is_direct(url)


def _is_direct(url: str) -> bool:
    return bool(proxy_bypass(urlsplit(url).netloc))


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    text = f"{unquote(user)}:{unquote(password or '')}"
    return dict(urllib3.make_headers(proxy_basic_auth=text))
