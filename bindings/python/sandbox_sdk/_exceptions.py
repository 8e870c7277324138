"""The exceptions. What each means is one table of the library, lib/errors.def; see docs/reference.md."""

from __future__ import annotations

from . import _native
from ._error_classes import CLASS_NAMES
from ._http import Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "ArchiveError",
    "AuthenticationError",
    "BadRequestError",
    "CommandFailedError",
    "ConflictError",
    "InternalServerError",
    "InvalidArgumentError",
    "LocalFileError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "SandboxFailedError",
    "SandboxSDKError",
    "UnprocessableEntityError",
    "UnsupportedError",
]


class SandboxSDKError(Exception):
    """Anything that this package raises on its own account."""

    code: str | None = None
    """The stable name of what went wrong, such as ``not_found``; the same in every language."""

    detail: str = ""
    """What lies beneath, where one layer down knew more: the transport's own words of a lost connection."""

    attempts: int = 0
    """How many times the request was started."""

    retry_after: float | None = None
    """How many seconds the server asked to wait, where it did."""

    retryable: bool = False
    """Whether the same call could succeed later."""

    outcome_unknown: bool = False
    """Whether the request may have been carried out although no answer says so."""

    request_id: str | None = None
    """The server's own identifier of the request."""

    def __reduce__(self) -> Any:
        """Pickles and copies an error with all that it tells and its causes."""
        state = dict(self.__dict__)
        if self.__cause__ is not None:
            # Set like any other attribute when the error is made again.
            state["__cause__"] = _portable(self.__cause__)
        return _made_again, (type(self), self.args), state


class InvalidArgumentError(SandboxSDKError, ValueError):
    """An argument is missing, unknown or cannot be sent. Nothing was sent."""

    argument: str | None = None
    """The argument's name."""


class LocalFileError(SandboxSDKError, OSError):
    """A file on this machine could not be read or written.

    It is also the ``OSError`` that opening the file by oneself would have raised: ``except FileNotFoundError`` works.
    """

    def __reduce__(self) -> Any:
        _, (_, arguments), state = super().__reduce__()
        if self.errno is None:
            return _made_again, (LocalFileError, arguments), state
        return _local_file_error, (self.errno, self.strerror, self.filename), state


class CommandFailedError(SandboxSDKError):
    """A command in a sandbox did not end with exit code 0, and the caller asked for an error then."""

    result: Any = None
    """How the command ended and all that it wrote, as ``run()`` without ``check`` returns it."""


class SandboxFailedError(SandboxSDKError):
    """A sandbox failed or ended before it was ready."""


class UnsupportedError(SandboxSDKError):
    """The server does not know something that the call needs: it has ignored that, and done the rest."""


class ArchiveError(SandboxSDKError):
    """A directory could not be moved: its archive is broken, unsafe or above a limit."""


class APIError(SandboxSDKError):
    """A request went wrong."""

    message: str
    request: Request
    """The request; ``None`` where the call ended before there was one."""

    body: object | None
    """The answer's body, decoded where it is JSON, else its text; ``None`` where no answer came."""

    def __init__(self, message: str, request: Request | None, *, body: object | None) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.body = body


def _sent(response: Any) -> Any:
    """The request of an answer; None where it was made without one."""
    try:
        return response.request
    except RuntimeError:
        return None


class APIResponseValidationError(APIError, ValueError):
    """Data returned by API invalid for expected schema."""

    response: Response
    status_code: int

    def __init__(self, response: Response, body: object | None, *, message: str | None = None) -> None:
        super().__init__(message or "Data returned by API invalid for expected schema.", _sent(response), body=body)
        self.response = response
        self.status_code = response.status_code


class APIStatusError(APIError):
    """The server answered with a status that is no success."""

    response: Response
    status_code: int

    def __init__(self, message: str, *, response: Response, body: object | None) -> None:
        super().__init__(message, _sent(response), body=body)
        self.response = response
        self.status_code = response.status_code


class APIConnectionError(APIError):
    """No connection could be made, or it was lost; ``__cause__`` and ``detail`` say why."""

    def __init__(self, *, message: str = "Connection error.", request: Request) -> None:
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError):
    """A timeout or the deadline has passed."""

    def __init__(self, request: Request) -> None:
        super().__init__(message="Request timed out.", request=request)


class BadRequestError(APIStatusError):
    status_code: Literal[400] = 400


class AuthenticationError(APIStatusError):
    status_code: Literal[401] = 401


class PermissionDeniedError(APIStatusError):
    status_code: Literal[403] = 403


class NotFoundError(APIStatusError):
    status_code: Literal[404] = 404


class ConflictError(APIStatusError):
    status_code: Literal[409] = 409


class UnprocessableEntityError(APIStatusError):
    status_code: Literal[422] = 422


class RateLimitError(APIStatusError):
    status_code: Literal[429] = 429


class InternalServerError(APIStatusError):
    pass


def from_native(error: Any, path: str) -> SandboxSDKError:
    """The exception that stands for an error of the library; the native module calls this to raise one.

    ``path`` is the file on this machine that the call was about, or empty.
    """
    kind: Any = globals()[CLASS_NAMES[_native.error_code(error)]]
    exception: SandboxSDKError = _construct(kind, error, path)
    exception.code = _native.error_name(error)
    exception.detail = _native.error_detail(error) or exception.detail
    exception.attempts = _native.error_attempts(error)
    retry_after = _native.error_retry_after(error)
    exception.retry_after = None if retry_after == _native.DEFAULT else retry_after
    exception.retryable = bool(_native.error_retryable(error))
    exception.outcome_unknown = bool(_native.error_outcome_unknown(error))
    exception.request_id = _native.error_request_id(error)
    return exception


def _made_again(kind: Any, arguments: tuple[Any, ...]) -> Any:
    """An error of a class, whatever its constructor takes: its attributes come after."""
    exception = kind.__new__(kind, *arguments)
    exception.args = arguments
    return exception


def _portable(cause: BaseException) -> BaseException:
    """An error's cause, or where another package's cannot be pickled, one that says the same."""
    import pickle

    try:
        pickle.loads(pickle.dumps(cause))
    except Exception:
        return SandboxSDKError(repr(cause))
    return cause


def holds_nul(argument: str) -> InvalidArgumentError:
    """The exception for text with a NUL where none can be sent; the native module calls this to raise it."""
    exception = InvalidArgumentError(f"`{argument}` holds a NUL character")
    exception.code, exception.argument = "invalid_argument", argument
    return exception


def _construct(kind: Any, error: Any, path: str) -> Any:
    message = _native.error_message(error)
    if kind is CommandFailedError:
        return _command_failed(error, message)
    if issubclass(kind, APIStatusError):
        return _status_error(kind, error)
    if issubclass(kind, APIConnectionError):
        return _connection_error(kind, error, message)
    if kind is APIResponseValidationError:
        return _validation_error(error, message)
    if kind is LocalFileError:
        return _of_local_file(error, message, path)
    exception = kind(message)
    if kind is InvalidArgumentError:
        exception.argument = _native.error_argument(error)
    return exception


def _status_error(kind: Any, error: Any) -> Any:
    response = _response(error)
    body = _body(error, response)
    is_text = isinstance(body, str) and _native.error_json(error) is None
    message = body if is_text else f"Error code: {response.status_code} - {body}"
    return kind(message or f"Error code: {response.status_code}", response=response, body=body)


def _validation_error(error: Any, message: str) -> APIResponseValidationError:
    response = _response(error)
    body = _body(error, response)
    # An object is refused for its fields, under strict validation alone.
    exception = APIResponseValidationError(response, body, message=None if isinstance(body, dict) else message)
    exception.__cause__ = ValueError(message)
    exception.detail = message
    return exception


def _connection_error(kind: Any, error: Any, message: str) -> Any:
    request = _request(error)
    if kind is not APITimeoutError and _native.error_code(error) != _native.ERROR_CONNECTION:
        exception = kind(message=message, request=request)
        reason = message.partition(": ")[2]
        if reason:
            exception.__cause__ = RuntimeError(reason)
        return exception
    exception = kind(request=request)
    # Where the transport was not asked there is only the message.
    detail = _native.error_detail(error) or message.partition(": ")[2]
    if detail:
        exception.__cause__ = TimeoutError(detail) if kind is APITimeoutError else ConnectionError(detail)
    return exception


def _local_file_error(number: int, message: str, path: str | None) -> LocalFileError:
    """The error of a file, which is also the ``OSError`` that Python has for its number."""
    plain = OSError(number, message, path)
    if type(plain) is OSError:
        return LocalFileError(*plain.args, plain.filename)
    kind = type("LocalFileError", (LocalFileError, type(plain)), {"__module__": "sandbox_sdk"})
    return kind(*plain.args, plain.filename)


def _of_local_file(error: Any, message: str, path: str) -> LocalFileError:
    number = _native.error_system_errno(error)
    if not number:
        return LocalFileError(message)
    from os import strerror

    return _local_file_error(number, strerror(number), path or None)


def _command_failed(error: Any, message: str) -> CommandFailedError:
    """The error of a command; ``detail`` has the end of what it wrote to its standard error."""
    from .types.sandbox_execute_response import SandboxExecuteResponse

    exception = CommandFailedError(message)
    json = _native.error_execution(error)
    if json is not None:
        exception.result = SandboxExecuteResponse._from_json(json)
    return exception


def _request(error: Any) -> Any:
    response = _native.error_response(error)
    return None if response is None else Request.from_native(response)


def _response(error: Any) -> Response:
    return Response.from_native(_native.error_response(error))


def _body(error: Any, response: Response) -> Any:
    """The decoded JSON of an answer, or its text."""
    decoded = _native.error_json(error)
    if decoded is not None:
        return decoded
    text = response.text.strip()
    return None if text == "null" else text


for _name in __all__:
    # As everybody imports them, so that a traceback says sandbox_sdk.NotFoundError.
    globals()[_name].__module__ = "sandbox_sdk"
