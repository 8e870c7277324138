"""A web service that runs commands in sandboxes: FastAPI over one asynchronous client.

scripts/run python examples/python/fastapi_endpoint.py
curl -d '{"command": "seq 3"}' -H 'Content-Type: application/json' http://127.0.0.1:8000/run
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Optional

import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel
from sandbox_sdk import APITimeoutError, AsyncSandboxSDK, AsyncSession, NotFoundError, RateLimitError, SandboxSDKError


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client for all requests; in the place of local(), AsyncSandboxSDK() asks the service of its API key."""
    async with AsyncSandboxSDK.local() as app.state.sandboxes:
        yield


app = FastAPI(lifespan=lifespan)


class Task(BaseModel):
    command: str
    sandbox: Optional[str] = None  # the id of one that is there, in the place of a new one
    seconds: int = 60


async def session_of(task: Task, request: Request) -> AsyncIterator[AsyncSession]:
    """A sandbox for one request; a new one is deleted when all is answered, or nobody listens any more."""
    async with request.app.state.sandboxes.sandboxes.session(id=task.sandbox) as session:
        yield session


Session = Annotated[AsyncSession, Depends(session_of)]


@app.post("/run")
async def run(task: Task, session: Session) -> dict[str, object]:
    """Answers when the command has ended."""
    result = await session.run(task.command, api_timeout=task.seconds)
    return {"exit_code": result.exit_code, "stdout": result.stdout, "stderr": result.stderr}


@app.post("/stream")
async def stream(task: Task, session: Session) -> StreamingResponse:
    """Answers with the output while the command writes it."""
    events = session.stream(task.command, api_timeout=task.seconds)
    first = await events.__anext__()  # what fails here is still an answer of its own

    async def output() -> AsyncIterator[str]:
        async with events:
            yield first.text
            async for event in events:
                yield event.text

    return StreamingResponse(output(), media_type="text/plain; charset=utf-8")


@app.exception_handler(SandboxSDKError)
async def refuse(request: Request, error: SandboxSDKError) -> JSONResponse:
    """What went wrong behind the service: no such sandbox, too much at once, too slow, or its own trouble."""
    status = 502
    for kind, answer in ((NotFoundError, 404), (RateLimitError, 503), (APITimeoutError, 504)):
        if isinstance(error, kind):
            status = answer
    headers = {} if error.retry_after is None else {"Retry-After": str(round(error.retry_after))}
    return JSONResponse({"error": error.code, "message": str(error)}, status, headers)


if __name__ == "__main__":
    uvicorn.run(app)
