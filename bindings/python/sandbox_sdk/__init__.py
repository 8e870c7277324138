"""A client of sandboxes: isolated Linux machines to run commands in, the files in them, and their volumes.

    from sandbox_sdk import SandboxSDK

    client = SandboxSDK()
    sandbox = client.sandboxes.create(name="hello")
    print(client.sandboxes.execute(sandbox.id, command="echo hello").stdout)

Every name is loaded when it is first used, so that a program pays for what it uses.
"""

from os import access, environ

from ._lazy import lazy_names

_MODULES = {
    "APIConnectionError": "._exceptions",
    "APIError": "._exceptions",
    "APIResponse": "._response",
    "APIResponseValidationError": "._exceptions",
    "APIStatusError": "._exceptions",
    "APITimeoutError": "._exceptions",
    "ArchiveError": "._exceptions",
    "AsyncAPIResponse": "._response",
    "AsyncClient": "._async_client",
    "AsyncExecutionStream": "._async_session",
    "AsyncSandboxSDK": "._async_client",
    "AsyncSession": "._async_session",
    "AsyncStream": "._streaming",
    "AsyncTransport": "._transport",
    "Attempt": "._attempt",
    "AttemptTimes": "._attempt",
    "AuthenticationError": "._exceptions",
    "BadRequestError": "._exceptions",
    "BaseModel": "._models",
    "Client": "._client",
    "CommandFailedError": "._exceptions",
    "ConflictError": "._exceptions",
    "DEFAULT_CONNECTION_LIMITS": "._limits",
    "DEFAULT_MAX_RETRIES": "._constants",
    "DEFAULT_TIMEOUT": "._constants",
    "DefaultAioHttpClient": "._http_client",
    "DefaultAsyncHttpxClient": "._http_client",
    "DefaultHttpxClient": "._http_client",
    "ExecutionEvent": "._execution_events",
    "ExecutionStream": "._session",
    "HTTPOptions": "._http_options",
    "InternalServerError": "._exceptions",
    "InvalidArgumentError": "._exceptions",
    "Leftover": "._leftovers",
    "Limits": "._limits",
    "LocalFileError": "._exceptions",
    "MockTransport": "._transport",
    "NOT_GIVEN": "._types",
    "NoneType": "._types",
    "NotFoundError": "._exceptions",
    "NotGiven": "._types",
    "Omit": "._types",
    "PermissionDeniedError": "._exceptions",
    "ProxiesTypes": "._proxies",
    "RateLimitError": "._exceptions",
    "Request": "._http",
    "RequestOptions": "._types",
    "Response": "._http",
    "RunResult": "._run_many",
    "SandboxFailedError": "._exceptions",
    "SandboxSDK": "._client",
    "SandboxSDKError": "._exceptions",
    "Session": "._session",
    "Stream": "._streaming",
    "Timeout": "._timeout",
    "Transport": "._transport",
    "UnprocessableEntityError": "._exceptions",
    "UnsupportedError": "._exceptions",
    "__title__": "._version",
    "__version__": "._version",
    "file_from_path": "._files",
    "local": "._local",
    "not_given": "._types",
    "omit": "._types",
    "resources": ".resources",
    "types": ".types",
}

__all__ = list(_MODULES)

__getattr__, __dir__ = lazy_names(globals(), _MODULES)

# A file that only `avm_sdk` has, which owns the same import package.
if access(__path__[0] + "/lib/.keep", 0):
    from ._mixture import warn

    warn()
    del warn
if "SANDBOX_SDK_LOG" in environ:
    from . import _logs as _logs
del access, environ
