"""Where the API is, and the proxy on the way there, checked before any I/O: no token goes where it may be read.

No check repeats a value: it may hold a secret.
"""

from __future__ import annotations

import ipaddress
import os
import urllib.request
from importlib.util import find_spec

import httpx

from ._route import checked_context
from .errors import ConfigurationError

BASE_URL_VARIABLE = "DEVREV_BASE_URL"
DEFAULT_BASE_URL = "https://api.devrev.ai"

ProxyArgument = str | httpx.URL | httpx.Proxy | None


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
    if result.ssl_context is not None:
        checked_context(result.ssl_context, "the proxy's ssl_context")
    if base_url.scheme == "http" and not _is_loopback(result.url.host):
        raise ConfigurationError("an http base_url may not go through a proxy elsewhere: it would read the token")
    return result


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
