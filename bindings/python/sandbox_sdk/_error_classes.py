# Generated from lib/errors.def by scripts/generate; do not edit.
"""The exception that stands for each code of the library."""

CLASS_NAMES = {
    -1: "SandboxSDKError",  # out_of_memory: memory has run out
    -2: "InvalidArgumentError",  # invalid_argument: an argument is missing, unknown, of a wrong type or cannot be sent
    -3: "SandboxSDKError",  # configuration: a client cannot be made: no key, or a base URL that is none
    -4: "APIConnectionError",  # connection: no connection could be made, or it was lost
    -5: "APITimeoutError",  # timeout: a timeout or the deadline has passed
    -6: "APIConnectionError",  # closed: the client or the session was closed
    -7: "APIConnectionError",  # cancelled: the caller ended the call
    -8: "APIResponseValidationError",  # response_validation: the answer is not what the operation answers
    -9: "APIConnectionError",  # response_too_large: the answer is larger than a limit of the client
    -10: "LocalFileError",  # local_file: a file on this machine could not be read or written
    -11: "SandboxSDKError",  # local_server: a local server could not be started
    -12: "SandboxSDKError",  # invalid_json: a text is not JSON
    -13: "CommandFailedError",  # command_failed: a command in a sandbox did not end with exit code 0
    -14: "ArchiveError",  # archive: a directory could not be moved: its archive is broken, unsafe or above a limit
    -15: "SandboxSDKError",  # system: the system has no descriptors or memory for what is needed
    -16: "SandboxFailedError",  # sandbox_failed: a sandbox failed or ended before it was ready
    -17: "UnsupportedError",  # unsupported: the server does not know something that the call needs
    -100: "APIStatusError",  # status: the server answered with any other status that is not a success
    -400: "BadRequestError",  # bad_request: the server understood the request and refuses its content
    -401: "AuthenticationError",  # authentication: the key is missing or wrong
    -403: "PermissionDeniedError",  # permission_denied: the key may not do this
    -404: "NotFoundError",  # not_found: there is nothing of that name
    -409: "ConflictError",  # conflict: the state of the server does not allow this now
    -422: "UnprocessableEntityError",  # unprocessable_entity: a field of the request has a value that is not allowed
    -429: "RateLimitError",  # rate_limit: too many requests
    -500: "InternalServerError",  # internal_server: the server failed: any status of 500 and above
}
