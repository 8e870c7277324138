"""The client that waits for its answers."""

from __future__ import annotations

from . import _native
from ._base_client import SyncAPIClient, replaceable
from ._client_resources import ClientResources
from ._constants import DEFAULT_MAX_RETRIES
from ._lazy import lazy_names
from ._types import NotGiven, not_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Callable

    import httpx
    from typing_extensions import Self

    from ._attempt import Attempt
    from ._client_responses import SandboxSDKWithRawResponse, SandboxSDKWithStreamedResponse
    from ._http_options import HTTPOptions
    from ._leftovers import Leftover
    from ._transport import TransportTypes
    from ._types import URL, Omit, Timeout

__all__ = ["Client", "SandboxSDK"]


class SandboxSDK(ClientResources, SyncAPIClient):
    """A client of a sandbox server.

    It may be used from many threads. Close it, or use it in a ``with`` block, to close its connections; one that is
    dropped closes them, too.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | URL | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        http_client: httpx.Client | None = None,
        _strict_response_validation: bool = False,
        deadline: float | NotGiven | None = not_given,
        retry_unsafe: bool = False,
        http_options: HTTPOptions | None = None,
        transport: TransportTypes | None = None,
        on_attempt: Callable[[Attempt], object] | None = None,
    ) -> None:
        """Makes a client. Nothing is sent.

        Args:
          api_key: The key; without it ``SANDBOX_SDK_API_KEY`` of the environment.

          base_url: Where the server is; without it ``SANDBOX_SDK_BASE_URL``, else the hosted service.

          timeout: Seconds for each phase of a call, or a ``Timeout``; ``None`` waits for ever.

          max_retries: How often a request is sent again.

          default_headers: Sent with every request; ``Omit()`` removes one.

          default_query: Sent with every request.

          deadline: Seconds for a whole call, retries and waits included; ``None`` is no limit.

          http_client: A `DefaultHttpxClient()`, whose arguments are options of the connections, or a client of
              httpx that carries the requests.

          retry_unsafe: Whether to send again also what may then be done twice.

          http_options: Proxies, certificates, addresses, limits; see ``HTTPOptions``.

          transport: What carries the requests in the place of the network: a function or object, see ``MockTransport``.

          on_attempt: Told of each attempt of each call, when it is over and what follows is decided.
        """
        self._begin(
            _native.client_new,
            timeout,
            api_key=api_key,
            base_url=base_url,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            strict_response_validation=_strict_response_validation or None,
            deadline=deadline,
            retry_unsafe=retry_unsafe or None,
            connections=self._connections(http_client, http_options, transport, on_attempt),
        )

    @classmethod
    def local(
        cls,
        *,
        timeout: float | Timeout | NotGiven | None = not_given,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        _strict_response_validation: bool = False,
        deadline: float | NotGiven | None = not_given,
        retry_unsafe: bool = False,
        http_options: HTTPOptions | None = None,
        on_attempt: Callable[[Attempt], object] | None = None,
    ) -> Self:
        """Starts a server of the client's own on this machine and makes a client of it.

        The server and all that it keeps is gone when the client is closed, or when this process ends, however that
        comes. The options are the constructor's.
        """
        client = cls.__new__(cls)
        client._begin(
            _native.client_new_local,
            timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            strict_response_validation=_strict_response_validation or None,
            deadline=deadline,
            retry_unsafe=retry_unsafe or None,
            connections=cls._connections(None, http_options, None, on_attempt),
        )
        return client

    def copy(
        self,
        *,
        api_key: str | None = None,
        base_url: str | URL | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        max_retries: int | NotGiven = not_given,
        default_headers: Mapping[str, str | Omit] | None = None,
        set_default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
        http_client: httpx.Client | None = None,
        deadline: float | NotGiven | None = not_given,
        retry_unsafe: bool | NotGiven = not_given,
        http_options: HTTPOptions | None = None,
        transport: TransportTypes | None = None,
        on_attempt: Callable[[Attempt], object] | None = None,
        _extra_kwargs: Mapping[str, Any] = {},
    ) -> Self:
        """A client of the same class with other options that shares this one's connections.

        ``default_headers`` and ``default_query`` are merged with this client's, ``set_default_headers`` and
        ``set_default_query`` replace them. With an ``http_client``, ``http_options`` or a ``transport`` of its own it
        shares no connections. A subclass passes what its own constructor takes besides as ``_extra_kwargs``.
        """
        return self._copy(
            ClientResources,
            timeout,
            api_key=api_key,
            base_url=base_url,
            max_retries=max_retries,
            **replaceable("default_headers", default_headers, set_default_headers),
            **replaceable("default_query", default_query, set_default_query),
            deadline=deadline,
            retry_unsafe=retry_unsafe,
            connections=self._connections(http_client, http_options, transport, on_attempt),
            extra_arguments=_extra_kwargs,
        )

    with_options = copy

    def delete_leftovers(
        self,
        *,
        name_prefix: str,
        minimum_age: float | None = None,
        dry_run: bool = False,
        volumes: bool = False,
        timeout: float | Timeout | NotGiven | None = not_given,
        deadline: float | None = None,
    ) -> list[Leftover]:
        """Deletes what a program that crashed has left behind, by name and age.

            for one in client.delete_leftovers(name_prefix="nightly-", dry_run=True):
                print(one.name, one.age)

        All are found before the first is deleted. One that cannot be deleted does not keep the others: its ``error``
        says why.

        Args:
          name_prefix: What the names of the sandboxes begin with; not empty.

          minimum_age: How many seconds old they are at least, an hour where it is not given, so that what still works
              is not hit.

          dry_run: Whether they are only found.

          volumes: Whether volumes that no sandbox uses, and snapshots, are meant, too.

          timeout: Seconds for each phase of each request, or a ``Timeout``, in the place of the client's.

          deadline: Seconds for all of it; what is left then has failed.
        """
        from ._leftovers import leftovers, leftovers_params
        from ._session_options import call_options, client_handle

        given = leftovers_params(name_prefix, minimum_age, dry_run, volumes)
        options = call_options(self._caller, timeout, deadline)
        return leftovers(_native.leftovers_delete(client_handle(self._caller), given, options, None))

    @property
    def with_raw_response(self) -> SandboxSDKWithRawResponse:
        """The operations, with answers as they came: ``APIResponse``."""
        from ._client_responses import SandboxSDKWithRawResponse

        return SandboxSDKWithRawResponse(self)

    @property
    def with_streaming_response(self) -> SandboxSDKWithStreamedResponse:
        """The operations, as blocks in which the answer is read while it comes."""
        from ._client_responses import SandboxSDKWithStreamedResponse

        return SandboxSDKWithStreamedResponse(self)


Client = SandboxSDK
SandboxSDK.__module__ = "sandbox_sdk"


# The names of other modules that programs import from here.
__getattr__, __dir__ = lazy_names(
    globals(),
    {
        "AsyncClient": "._async_client",
        "AsyncSandboxSDK": "._async_client",
        "AsyncSandboxSDKWithRawResponse": "._client_responses",
        "AsyncSandboxSDKWithStreamedResponse": "._client_responses",
        "AsyncStream": "._streaming",
        "RequestOptions": "._types",
        "SandboxSDKWithRawResponse": "._client_responses",
        "SandboxSDKWithStreamedResponse": "._client_responses",
        "Stream": "._streaming",
        "Timeout": "._timeout",
    },
)
