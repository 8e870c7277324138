# Generated from api/openapi.yaml by scripts/generate; do not edit.
"""Sandboxes, the commands that run in them, and their files."""

from __future__ import annotations

from .._lazy import lazy_names
from .._operation import Operation
from .._resource import SyncAPIResource, path_argument
from .._sandboxes_comfort import SandboxesComfort
from .._types import not_given, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import IO, Callable

    from .._response import BinaryAPIResponse
    from .._types import Body, FileTypes, Headers, NotGiven, Omit, Query, Timeout
    from ..types import sandbox_create_params
    from ..types.sandbox import Sandbox
    from ..types.sandbox_create_response import SandboxCreateResponse
    from ..types.sandbox_delete_all_response import SandboxDeleteAllResponse
    from ..types.sandbox_delete_response import SandboxDeleteResponse
    from ..types.sandbox_execute_response import SandboxExecuteResponse
    from ..types.sandbox_list_response import SandboxListResponse
    from ..types.sandbox_upload_response import SandboxUploadResponse
    from ._sandboxes_responses import SandboxesResourceWithRawResponse, SandboxesResourceWithStreamingResponse

__all__ = ["AsyncSandboxesResource", "SandboxesResource"]

if TYPE_CHECKING:
    from ._async_sandboxes import AsyncSandboxesResource

_CREATE = Operation("sandboxes.create", "sandbox_create_response", "SandboxCreateResponse")
_LIST = Operation("sandboxes.list", "sandbox_list_response", "SandboxListResponse")
_GET = Operation("sandboxes.get", "sandbox", "Sandbox")
_DELETE = Operation("sandboxes.delete", "sandbox_delete_response", "SandboxDeleteResponse")
_DELETE_ALL = Operation("sandboxes.delete_all", "sandbox_delete_all_response", "SandboxDeleteAllResponse")
_EXECUTE = Operation("sandboxes.execute", "sandbox_execute_response", "SandboxExecuteResponse")
_UPLOAD = Operation("sandboxes.upload", "sandbox_upload_response", "SandboxUploadResponse")
_DOWNLOAD = Operation("sandboxes.download")


class SandboxesResource(SandboxesComfort, SyncAPIResource):
    """Sandboxes, the commands that run in them, and their files."""

    __slots__ = ()

    @property
    def with_raw_response(self) -> SandboxesResourceWithRawResponse:
        """The operations, with answers as they came: ``APIResponse``."""
        from ._sandboxes_responses import SandboxesResourceWithRawResponse

        return SandboxesResourceWithRawResponse(self)

    @property
    def with_streaming_response(self) -> SandboxesResourceWithStreamingResponse:
        """The operations, as blocks in which the answer is read while it comes."""
        from ._sandboxes_responses import SandboxesResourceWithStreamingResponse

        return SandboxesResourceWithStreamingResponse(self)

    def create(
        self,
        *,
        env_vars: dict[str, str] | Omit | None = omit,
        image: str | Omit | None = omit,
        name: str | Omit | None = omit,
        resources: sandbox_create_params.Resources | Omit | None = omit,
        wait_for_ready: bool | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> SandboxCreateResponse:
        """Creates a sandbox.

        Args:
          env_vars: Environment variables that every command in the sandbox sees.

          image: Name of a Docker image, such as ``avmcodes/avm-default-sandbox``.

          name: Name of the sandbox. The server makes one up as ``sandbox-{user_id}-{timestamp}`` where none is given.

          resources: How much of the machine the sandbox may use.

          wait_for_ready: Whether to answer only once the sandbox is ready.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          The new sandbox.
        """
        return self._call(
            _CREATE,
            {
                "env_vars": env_vars,
                "image": image,
                "name": name,
                "resources": resources,
                "wait_for_ready": wait_for_ready,
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )

    def list(
        self,
        *,
        page: float | Omit = omit,
        page_size: float | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> SandboxListResponse:
        """Lists the sandboxes, one page at a time.

        Args:
          page: Which page, counted from 1. At least 1.

          page_size: How many items a page has. At least 1.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          One page of sandboxes.
        """
        return self._call(
            _LIST,
            {
                "page": page,
                "page_size": page_size,
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )

    def get(
        self,
        id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> Sandbox:
        """Tells of one sandbox. An extension: a server that lacks it answers 404 or 405, as for any path that it does
        not know.

        Args:
          id: The identifier of the sandbox.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          The sandbox.
        """
        return self._call(
            _GET,
            {
                "id": path_argument("id", id),
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )

    def delete(
        self,
        id: str,
        *,
        create_snapshot: bool | Omit | None = omit,
        keep_storage: bool | Omit | None = omit,
        snapshot_name: str | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> SandboxDeleteResponse:
        """Deletes a sandbox together with its storage. A snapshot of the storage can be taken first.

        Args:
          id: The identifier of the sandbox.

          create_snapshot: Whether to take a snapshot of the storage before it is deleted.

          keep_storage: Ignored. Storage is always deleted. Deprecated.

          snapshot_name: Name of that snapshot.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          What was deleted, and what was kept.
        """
        return self._call(
            _DELETE,
            {
                "id": path_argument("id", id),
                "create_snapshot": create_snapshot,
                "keep_storage": keep_storage,
                "snapshot_name": snapshot_name,
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )

    def delete_all(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> SandboxDeleteAllResponse:
        """Deletes every sandbox of the account together with its storage.

        Args:
          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          What was deleted, and what could not be.
        """
        return self._call(
            _DELETE_ALL,
            {},
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )

    def execute(
        self,
        id: str,
        *,
        command: str,
        env: dict[str, str] | Omit | None = omit,
        stdin: str | Omit | None = omit,
        stdin_base64: str | Omit | None = omit,
        api_timeout: int | Omit | None = omit,
        working_dir: str | Omit | None = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> SandboxExecuteResponse:
        """Runs a command in a sandbox and waits for its end. A command that ends with a non-zero exit code is a result,
        not an error.

        Args:
          id: The identifier of the sandbox.

          command: A whole shell command line, in which pipes and redirections work.

          env: Environment variables for this command.

          stdin: Text that the command reads from its standard input. An extension: a server that lacks it runs the
              command without, which the call then tells as an error.

          stdin_base64: The same as ``stdin`` for bytes that are no text, in base64 (RFC 4648, section 4). Not both.

          api_timeout: How many seconds the command may run before it is ended.

          working_dir: Directory in the sandbox that the command starts in.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          How the command ended and what it wrote.
        """
        return self._call(
            _EXECUTE,
            {
                "id": path_argument("id", id),
                "command": command,
                "env": env,
                "stdin": stdin,
                "stdin_base64": stdin_base64,
                "api_timeout": api_timeout,
                "working_dir": working_dir,
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
        )

    def upload(
        self,
        id: str,
        *,
        path: str,
        file: FileTypes | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> SandboxUploadResponse:
        """Writes a file into a sandbox. The file's bytes are streamed and arrive exactly as they are.

        Args:
          id: The identifier of the sandbox.

          path: Where the file goes in the sandbox, such as ``/data/myfile.txt``.

          file: The bytes of the file. Bytes, a ``str`` (as UTF-8), a path, a file opened in binary mode, an iterable of
              bytes, or a tuple of a name, one of these and a content type. It is streamed.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

        Returns:
          The file that was written.
        """
        return self._upload(
            _UPLOAD,
            {
                "id": path_argument("id", id),
                "path": path,
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
            file,
        )

    def download(
        self,
        id: str,
        *,
        path: str,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        into: str | os.PathLike[str] | IO[bytes] | Callable[[bytes], object] | None = None,
    ) -> BinaryAPIResponse:
        """Reads a file out of a sandbox. The file's bytes are streamed and arrive exactly as they are.

        Args:
          id: The identifier of the sandbox.

          path: The file in the sandbox, such as ``/data/myfile.txt``.

          extra_headers: Headers to send as well; ``Omit()`` removes one.

          extra_query: Query parameters to send as well.

          extra_body: Members of the body to send as well.

          timeout: Seconds for each phase of this call, or a ``Timeout``, in the place of the client's.

          into: Where the bytes go while they come: a path (the file appears whole or not at all), a file opened in
              binary mode, or a callable that takes bytes. Without it they are in memory.

        Returns:
          The file's bytes.
        """
        return self._download(
            _DOWNLOAD,
            {
                "id": path_argument("id", id),
                "path": path,
            },
            extra_headers,
            extra_query,
            extra_body,
            timeout,
            into,
        )


__getattr__, __dir__ = lazy_names(
    globals(),
    {
        "AsyncSandboxesResource": "._async_sandboxes",
        "SandboxesResourceWithRawResponse": "._sandboxes_responses",
        "SandboxesResourceWithStreamingResponse": "._sandboxes_responses",
        "AsyncSandboxesResourceWithRawResponse": "._sandboxes_responses",
        "AsyncSandboxesResourceWithStreamingResponse": "._sandboxes_responses",
    },
)
