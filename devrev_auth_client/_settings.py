"""What the clients are made with, checked before any I/O. No check repeats a value: it may hold a secret."""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
import sys
import urllib.request
from collections.abc import Mapping
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar, cast

import attrs
import httpx

from ._credentials import TokenSource
from ._version import __version__
from .errors import ConfigurationError
from .retry import RetryPolicy

BASE_URL_VARIABLE = "DEVREV_BASE_URL"
DEFAULT_BASE_URL = "https://api.devrev.ai"


class NotGiven(Enum):
    """The type of `NOT_GIVEN`, which stands for an argument left out where `None` has a meaning of its own."""

    NOT_GIVEN = "NOT_GIVEN"


NOT_GIVEN = NotGiven.NOT_GIVEN

TransportT = TypeVar("TransportT")

Verify = ssl.SSLContext | str | Path | bool
ProxyArgument = str | httpx.URL | httpx.Proxy | None

_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 section 5.1: a token
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?|")  # RFC 9110 section 5.5, its ASCII part

# The client's own: the token's place, and what frames the message.
_OWN_HEADERS = {"authorization", "connection", "content-length", "host", "transfer-encoding", "upgrade"}


@attrs.frozen
class Options:
    """What `with_options` can change."""

    timeout: float | httpx.Timeout
    total_timeout: float | None
    retry: RetryPolicy
    headers: dict[str, str] = attrs.field(repr=False)
    """Sent with every request, unless the operation has the same."""
    _wire_headers: dict[tuple[tuple[str, str], ...], list[tuple[bytes, bytes]]] = attrs.field(
        factory=dict[tuple[tuple[str, str], ...], list[tuple[bytes, bytes]]], init=False, repr=False, eq=False
    )

    def wire_headers(self, host: bytes, of_operation: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
        """Return the headers that do not change from call to call, as they are sent; made once for each operation."""
        known = self._wire_headers.get(of_operation)
        if known is None:
            names = {name.lower() for name, _ in of_operation}
            ours = [(name, value) for name, value in self.headers.items() if name.lower() not in names]
            known = [(b"Host", host), *((name.encode(), value.encode()) for name, value in [*ours, *of_operation])]
            if len(self._wire_headers) < 100:  # an operation's headers may have an argument in them
                self._wire_headers[of_operation] = known
        return known


def checked_options(
    timeout: float | httpx.Timeout,
    total_timeout: float | None,
    retry: RetryPolicy,
    api_version: str | None,
    headers: Mapping[str, str] | None,
) -> Options:
    """Return the options of a new client."""
    plain = {
        "Accept": "application/json",
        # Compressed answers would have to be bounded twice, and these are small.
        "Accept-Encoding": "identity",
        "User-Agent": f"devrev-auth-client/{__version__}",
    }
    return Options(
        checked_timeout(timeout),
        checked_total_timeout(total_timeout),
        checked_retry(retry),
        merged_headers(plain, api_version, headers),
    )


def checked_timeout(timeout: object) -> float | httpx.Timeout:
    """Return the bound of one attempt."""
    if isinstance(timeout, httpx.Timeout):
        for phase, seconds in timeout.as_dict().items():
            if seconds is not None:
                _positive_seconds(seconds, f"timeout: the {phase} of an httpx.Timeout must be positive seconds or None")
        return timeout
    return _positive_seconds(timeout, "timeout must be a positive number of seconds or an httpx.Timeout")


def checked_total_timeout(total_timeout: object) -> float | None:
    """Return the bound of a whole call."""
    if total_timeout is None:
        return None
    return _positive_seconds(total_timeout, "total_timeout must be a positive number of seconds, or None for no bound")


def checked_retry(retry: object) -> RetryPolicy:
    """Return the retry policy."""
    if not isinstance(retry, RetryPolicy):
        raise ConfigurationError("retry must be a RetryPolicy; RetryPolicy(max_attempts=1) turns retries off")
    return retry


def checked_max_connections(max_connections: object) -> int:
    """Return the number of lanes."""
    if isinstance(max_connections, bool) or not isinstance(max_connections, int) or max_connections < 1:
        raise ConfigurationError("max_connections must be a whole number of at least 1")
    return max_connections


def merged_headers(
    present: Mapping[str, str], api_version: str | None, headers: Mapping[str, str] | None
) -> dict[str, str]:
    """Return `present` headers with the given ones added or, whatever their case, in place of them."""
    if headers is not None and not isinstance(cast(object, headers), Mapping):
        raise ConfigurationError("headers must be a mapping of names to values, such as a dict")
    given = dict(headers or {})
    if api_version is not None:
        given["X-Devrev-Version"] = api_version
    merged = dict(present)
    for name, value in given.items():
        _check_header(name, value)
        for same in [known for known in merged if known.lower() == name.lower()]:
            del merged[same]
        merged[name] = value
    return merged


def _check_header(name: object, value: object) -> None:
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise ConfigurationError("headers: a name is not a valid header name")
    if name.lower() in _OWN_HEADERS:
        raise ConfigurationError(f"headers may not set {name.title()}; the client sets it itself")
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise ConfigurationError(f"the value of the header {name} must be a string of visible ASCII characters")


def checked_base_url(base_url: object) -> httpx.URL:
    """Return where the API is: the argument, or `DEVREV_BASE_URL`, or DevRev's own."""
    given = os.environ.get(BASE_URL_VARIABLE) or DEFAULT_BASE_URL if base_url is None else base_url
    origin = f"the environment variable {BASE_URL_VARIABLE}" if base_url is None else "base_url"
    url = _url(given)
    if url is None or url.userinfo or "?" in str(url) or "#" in str(url) or not _may_carry_token(url):
        raise ConfigurationError(
            f"{origin} must be an https URL, or http to a loopback host, without credentials, query or fragment"
        )
    return url


def _may_carry_token(url: httpx.URL) -> bool:
    return url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host))


def _url(given: object) -> httpx.URL | None:
    """Return a URL with a usable host and port and no slash at its end, or `None`."""
    try:
        url = httpx.URL(str(given).rstrip("/")) if isinstance(given, str | httpx.URL) else None
        return url if url is not None and _is_host_and_port(url) else None
    except (ValueError, httpx.InvalidURL):  # what idna raises is a ValueError
        return None


def checked_verify(verify: object) -> ssl.SSLContext | str | bool:
    """Return how the server's certificate is checked."""
    if isinstance(verify, bool | ssl.SSLContext):
        return verify
    # os.path.exists is false, where Path.exists raises, for a certificate in place of its path.
    if isinstance(verify, str | Path) and os.path.exists(verify):  # noqa: PTH110
        return str(verify)
    raise ConfigurationError("verify must be True, False, an ssl.SSLContext, or the path of a PEM file or folder")


def chosen_proxy(proxy: object, base_url: httpx.URL) -> httpx.Proxy | None:
    """Return the proxy of the argument, or the environment's where it is `None`.

    Plain http is for loopback hosts alone: the environment's proxy would carry the token in clear text off the machine.
    """
    if proxy is None:
        if base_url.scheme == "http" or urllib.request.proxy_bypass(base_url.host):
            return None
        known = urllib.request.getproxies()
        proxy = known.get("https") or known.get("all") or None
        if isinstance(proxy, str) and "://" not in proxy:
            proxy = f"http://{proxy}"
    return None if proxy is None else _checked_proxy(proxy, base_url)


def _checked_proxy(proxy: object, base_url: httpx.URL) -> httpx.Proxy:
    result = proxy if isinstance(proxy, httpx.Proxy) else None
    if isinstance(proxy, str | httpx.URL):
        try:
            result = httpx.Proxy(proxy)
        except (ValueError, httpx.InvalidURL):
            result = None
    if result is None or _url(result.url) is None:
        raise ConfigurationError("the proxy must be an http, https, socks5 or socks5h URL, or an httpx.Proxy")
    if result.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError("a SOCKS proxy needs the package socksio; install httpx[socks]")
    if result.url.scheme == "http" and result.ssl_context is not None:
        raise ConfigurationError("the proxy has an ssl_context, which only an https proxy uses")
    if base_url.scheme == "http" and not _is_loopback(result.url.host):
        raise ConfigurationError("an http base_url may not go through a proxy elsewhere: it would read the token")
    return result


def checked_transport(transport: object, kind: type[TransportT]) -> TransportT:
    """Return the transport, which must be of the client's own kind."""
    if not isinstance(transport, kind):
        raise ConfigurationError(f"transport must be an httpx.{kind.__name__}")
    return transport


def taken(source: TokenSource | ConfigurationError) -> TokenSource:
    """Return the token source, or raise the error that came of it."""
    if isinstance(source, ConfigurationError):
        raise source
    return source


def _positive_seconds(value: object, rule: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= sys.float_info.max:
        raise ConfigurationError(rule)
    return float(value)


def _is_host_and_port(url: httpx.URL) -> bool:
    # httpx takes any number for a port, and percent-encodes what cannot be in a host's name (":": an IPv6 zone may).
    has_port = url.port is None or 0 < url.port < 65_536
    return bool(url.host) and ("%" not in url.host or ":" in url.host) and has_port


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
