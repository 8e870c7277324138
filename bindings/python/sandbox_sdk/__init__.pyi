"""The names of the package, for type checkers; __init__.py loads each when it is first used."""

import httpx
from typing_extensions import TypeAlias

from . import resources as resources
from . import types as types
from ._async_client import AsyncClient as AsyncClient
from ._async_client import AsyncSandboxSDK as AsyncSandboxSDK
from ._async_session import AsyncExecutionStream as AsyncExecutionStream
from ._async_session import AsyncSession as AsyncSession
from ._attempt import Attempt as Attempt
from ._attempt import AttemptTimes as AttemptTimes
from ._client import Client as Client
from ._client import SandboxSDK as SandboxSDK
from ._constants import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES
from ._constants import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT
from ._exceptions import APIConnectionError as APIConnectionError
from ._exceptions import APIError as APIError
from ._exceptions import APIResponseValidationError as APIResponseValidationError
from ._exceptions import APIStatusError as APIStatusError
from ._exceptions import APITimeoutError as APITimeoutError
from ._exceptions import ArchiveError as ArchiveError
from ._exceptions import AuthenticationError as AuthenticationError
from ._exceptions import BadRequestError as BadRequestError
from ._exceptions import CommandFailedError as CommandFailedError
from ._exceptions import ConflictError as ConflictError
from ._exceptions import InternalServerError as InternalServerError
from ._exceptions import InvalidArgumentError as InvalidArgumentError
from ._exceptions import LocalFileError as LocalFileError
from ._exceptions import NotFoundError as NotFoundError
from ._exceptions import PermissionDeniedError as PermissionDeniedError
from ._exceptions import RateLimitError as RateLimitError
from ._exceptions import SandboxFailedError as SandboxFailedError
from ._exceptions import SandboxSDKError as SandboxSDKError
from ._exceptions import UnprocessableEntityError as UnprocessableEntityError
from ._exceptions import UnsupportedError as UnsupportedError
from ._execution_events import ExecutionEvent as ExecutionEvent
from ._files import file_from_path as file_from_path
from ._http import Request as Request
from ._http import Response as Response
from ._http_options import HTTPOptions as HTTPOptions
from ._leftovers import Leftover as Leftover
from ._limits import DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS
from ._limits import Limits as Limits
from ._local import local as local
from ._models import BaseModel as BaseModel
from ._proxies import ProxiesTypes as ProxiesTypes
from ._response import APIResponse as APIResponse
from ._response import AsyncAPIResponse as AsyncAPIResponse
from ._run_many import RunResult as RunResult
from ._session import ExecutionStream as ExecutionStream
from ._session import Session as Session
from ._streaming import AsyncStream as AsyncStream
from ._streaming import Stream as Stream
from ._timeout import Timeout as Timeout
from ._transport import AsyncTransport as AsyncTransport
from ._transport import MockTransport as MockTransport
from ._transport import Transport as Transport
from ._types import NOT_GIVEN as NOT_GIVEN
from ._types import NoneType as NoneType
from ._types import NotGiven as NotGiven
from ._types import Omit as Omit
from ._types import RequestOptions as RequestOptions
from ._types import not_given as not_given
from ._types import omit as omit
from ._version import __title__ as __title__
from ._version import __version__ as __version__

# What these three stand for, as far as a type checker has to know. Where httpx is not installed they are anything.
DefaultAioHttpClient: TypeAlias = httpx.AsyncClient
DefaultAsyncHttpxClient: TypeAlias = httpx.AsyncClient
DefaultHttpxClient: TypeAlias = httpx.Client

__all__ = [
    "DEFAULT_CONNECTION_LIMITS",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponse",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "ArchiveError",
    "AsyncAPIResponse",
    "AsyncClient",
    "AsyncExecutionStream",
    "AsyncSandboxSDK",
    "AsyncSession",
    "AsyncStream",
    "AsyncTransport",
    "Attempt",
    "AttemptTimes",
    "AuthenticationError",
    "BadRequestError",
    "BaseModel",
    "Client",
    "CommandFailedError",
    "ConflictError",
    "DefaultAioHttpClient",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "ExecutionEvent",
    "ExecutionStream",
    "HTTPOptions",
    "InternalServerError",
    "InvalidArgumentError",
    "Leftover",
    "Limits",
    "LocalFileError",
    "MockTransport",
    "NoneType",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "PermissionDeniedError",
    "ProxiesTypes",
    "RateLimitError",
    "Request",
    "RequestOptions",
    "Response",
    "RunResult",
    "SandboxFailedError",
    "SandboxSDK",
    "SandboxSDKError",
    "Session",
    "Stream",
    "Timeout",
    "Transport",
    "UnprocessableEntityError",
    "UnsupportedError",
    "__title__",
    "__version__",
    "file_from_path",
    "local",
    "not_given",
    "omit",
    "resources",
    "types",
]
