"""A session that is opened by ``await``, or at the beginning of an ``async with`` block, which closes it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator
    from types import TracebackType
    from typing import Any, Callable

    from ._async_session import AsyncSession


class Opening:
    """One opening."""

    def __init__(self, opens: Callable[[], Awaitable[AsyncSession]]) -> None:
        self._opens = opens
        self._opened: AsyncSession | None = None

    @classmethod
    def of(cls, there: AsyncSession) -> Opening:
        """The opening of one that is there already."""

        async def give() -> AsyncSession:
            return there

        return cls(give)

    def __await__(self) -> Generator[Any, Any, AsyncSession]:
        return self._opens().__await__()

    async def __aenter__(self) -> AsyncSession:
        opened = self._opened = await self._opens()
        return opened

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.close()
