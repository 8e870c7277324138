"""Options of the HTTP client, for type checkers and for reading; see docs/http-options.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from typing import Literal, Union

    Path = Union[str, bytes, "os.PathLike[str]"]

__all__ = ["HTTPOptions"]


class HTTPOptions(TypedDict, total=False):
    """How a client's requests get to the server: proxies, certificates, connections and limits.

    A plain dict will do. ``None`` is the default of each member. What cannot be fulfilled, such as a file that is not
    there, is a ``SandboxSDKError`` where the client is made. Certificates, keys and lists of revoked certificates are
    in the PEM format. Times are in seconds, sizes in bytes.
    """

    proxy: str | None
    """The proxy of every request: ``scheme://user:password@host:port``, where the scheme is ``http``, ``https``,
    ``socks4``, ``socks4a``, ``socks5`` or ``socks5h``. Empty: no proxy. Default: what the environment says."""

    proxy_username: str | None
    """In the place of one in ``proxy``."""

    proxy_password: str | None
    """Of ``proxy_username``."""

    no_proxy: str | None
    """Hosts that are reached without a proxy: names, addresses and networks with commas between them; ``*`` is all."""

    environment_proxies: bool | None
    """Whether ``https_proxy``, ``http_proxy``, ``all_proxy`` and ``no_proxy`` of the environment count. Default yes."""

    accept_invalid_certificates: bool | None
    """Take any certificate of the server's: whoever is on the way can read and change everything. Default no."""

    minimum_tls: Literal["1.2", "1.3"] | None
    """The oldest version of TLS that is taken. Default 1.2."""

    version: Literal["1.1", "2"] | None
    """``2``: HTTP/2 over ``https`` where the server speaks it. Default 1.1."""

    ca_file: Path | None
    """The authorities to trust, in the place of the system's."""

    ca_directory: Path | None
    """A directory of them that ``openssl rehash`` was run on."""

    ca_data: bytes | None
    """The same as ``ca_file`` in memory, in its place."""

    crl_file: Path | None
    """Lists of revoked certificates, one of each authority of a chain. Default: nobody asks."""

    certificate_file: Path | None
    """What the client shows of itself, with the chain up to its authority."""

    certificate_data: bytes | None
    """The same in memory, in its place."""

    key_file: Path | None
    """The key of the certificate. Default: it is in the certificate's file or data."""

    key_data: bytes | None
    """The same in memory, in its place."""

    key_password: str | None
    """What the key is encrypted with."""

    unix_socket: Path | None
    """Path of a socket to connect to; the URL still says scheme and host."""

    local_address: str | None
    """This machine's address to connect from."""

    network_interface: str | None
    """This machine's network interface to connect from, such as ``eth0``."""

    name_overrides: Sequence[str] | None
    """Addresses of names, asked before any resolver: ``host:port:address``; the host may be ``*``."""

    keep_alive_interval: float | None
    """After so much silence TCP asks whether the other side is there; ``math.inf``: it does not. Default 60."""

    compression: Literal["none", "documents", "all"] | None
    """Which answers are asked for compressed: those that are read whole, such as JSON, or all. Default none.

    What comes compressed is decoded, whoever has asked for it; with ``none`` it is not.
    """

    follow_redirects: bool | None
    """Whether to follow; else a redirect is an ``APIStatusError``. Default yes."""

    max_redirects: int | None
    """How many a call follows. Default 20."""

    max_connections: int | None
    """Open at once, idle ones included; further calls wait. Default 100."""

    max_idle_connections: int | None
    """Kept for later calls. Default 20."""

    idle_expiry: float | None
    """An idle connection that is older is not used again; 0: none is; ``math.inf``: however old it is. Default 5."""

    max_header_bytes: int | None
    """Of all headers of an answer. Default 256 KiB."""

    max_document_bytes: int | None
    """Of an operation's JSON, and of the body of an error. Default 256 MiB."""

    max_event_line_bytes: int | None
    """Of one line of a stream of events. Default 16 MiB."""

    max_body_bytes: int | None
    """Of any body, after decompression. Default 1 GiB where it came compressed, 2 GiB where it is read into memory."""
