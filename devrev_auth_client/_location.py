"""Where the API is, by which proxy, and how its certificate is checked; all checked before any I/O.

No message includes a value: it may hold a secret, and messages end up in logs.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import urllib.request
from functools import partial
from pathlib import Path

from ._httpx import httpx
from ._transport.route import Route
from .errors import ConfigurationError

BASE_URL_VARIABLE = "DEVREV_BASE_URL"
DEFAULT_BASE_URL = "https://api.devrev.ai"

ProxyArgument = str | httpx.URL | httpx.Proxy | None
Verify = ssl.SSLContext | str | Path | bool


def checked_route(base_url: httpx.URL, proxy: object, verify: object) -> Route:
    """Return the route to the API. Certificates are loaded for the first connection; that may raise too."""
    checked = checked_verify(verify)
    chosen = chosen_proxy(proxy, base_url)
    make_proxy_context = partial(_make_ssl_context, (chosen and chosen.ssl_context) or True)
    return Route(base_url, partial(_make_ssl_context, checked), chosen, make_proxy_context)


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
    if proxy is not None:
        return _checked_proxy(proxy, base_url)
    known = {} if base_url.scheme == "http" else urllib.request.getproxies()
    found = known.get("https") or known.get("all")
    if not found or _is_bypassed(base_url):
        return None
    return _checked_proxy(found if "://" in found else f"http://{found}", base_url)


def _checked_proxy(proxy: object, base_url: httpx.URL) -> httpx.Proxy:
    result = proxy if isinstance(proxy, httpx.Proxy) else None
    if isinstance(proxy, str | httpx.URL):
        try:
            result = httpx.Proxy(proxy)
        except (ValueError, httpx.InvalidURL):
            result = None
    if result is None or _url(result.url) is None:
        raise ConfigurationError("the proxy must be an http, https, socks5 or socks5h URL, or an httpx.Proxy")
    if result.url.scheme == "http" and result.ssl_context is not None:
        raise ConfigurationError("the proxy has an ssl_context, which only an https proxy uses")
    if result.ssl_context is not None:
        _checked_context(result.ssl_context, "the proxy's ssl_context")
    if result.url.scheme.startswith("socks") and any(not 0 < len(part) < 256 for part in result.raw_auth or ()):
        raise ConfigurationError("the proxy's user name and password must have 1 to 255 bytes for SOCKS (RFC 1929)")
    if base_url.scheme == "http" and not _is_loopback(result.url.host):
        raise ConfigurationError("an http base_url cannot use a proxy on another host, which could read the token")
    return result


def _is_host_and_port(url: httpx.URL) -> bool:
    # httpx takes any number for a port, and percent-encodes what cannot be in a host's name (":": an IPv6 zone may).
    has_port = url.port is None or 0 < url.port < 65_536
    is_name = len(url.raw_host) < 254 and all(map(_is_label, url.raw_host.decode("ascii").split(".")))
    return bool(url.host) and ("%" not in url.host or ":" in url.host) and is_name and has_port


def _is_label(label: str) -> bool:
    """Whether a part of a host's name that begins like punycode is punycode (RFC 3492)."""
    if not label.startswith("xn--"):
        return True
    name = label[4:].encode().decode("punycode")  # raises a ValueError where it is broken
    return name.isprintable() and not name.isascii() and name.encode("punycode").decode() == label[4:]


def _is_bypassed(url: httpx.URL) -> bool:
    """Whether `NO_PROXY` names the host, or the host with its port."""
    return any(urllib.request.proxy_bypass(name) for name in (url.host, f"{url.host}:{url.port or 443}"))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_verify(verify: object) -> ssl.SSLContext | str | bool:
    """Return how the server's certificate is checked."""
    if isinstance(verify, bool):
        return verify
    if isinstance(verify, ssl.SSLContext):
        return _checked_context(verify, "verify")
    # A certificate may stand in place of its path.
    if isinstance(verify, str | Path) and os.path.exists(verify):  # noqa: PTH110  # false, where Path.exists raises
        return str(verify)
    raise ConfigurationError("verify must be True, False, an ssl.SSLContext, or the path of a PEM file or folder")


def _checked_context(context: ssl.SSLContext, origin: str) -> ssl.SSLContext:
    """Return the context. Raises `ConfigurationError` where checks of its own, such as a pinned key, would be left out.

    TLS runs over buffers here, so that `wrap_socket` and `sslsocket_class` are not asked for.
    """
    kind = type(context)
    for_sockets = kind.wrap_socket is not ssl.SSLContext.wrap_socket or context.sslsocket_class is not ssl.SSLSocket
    for_buffers = kind.wrap_bio is not ssl.SSLContext.wrap_bio or context.sslobject_class is not ssl.SSLObject
    if for_sockets and not for_buffers:
        raise ConfigurationError(
            f"{origin}: this SSLContext overrides wrap_socket or sslsocket_class, which are not used; "
            "override wrap_bio or sslobject_class instead"
        )
    return context


def _make_ssl_context(verify: ssl.SSLContext | str | bool) -> ssl.SSLContext:
    try:
        if isinstance(verify, str) and Path(verify).is_dir():
            return ssl.create_default_context(capath=verify)
        if isinstance(verify, str):
            return ssl.create_default_context(cafile=verify)
        return httpx.create_ssl_context(verify=verify)
    except OSError as error:  # ssl.SSLError is one
        problem = type(error).__name__
    # By default httpx reads the file that this variable names, or else those it came with.
    default = "the environment variable SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "httpx"
    origin = default if verify is True else "verify"
    raise ConfigurationError(f"{origin}: cannot load its certificates ({problem}); pass a PEM file or an SSLContext")
