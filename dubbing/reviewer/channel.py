"""News for every page that listens: server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

HEARTBEAT_S = 15.0
MOST_UNREAD = 1000
"""A page that is further behind is let go; it connects again and reads everything anew."""


class Channel:
    """Events go in from any thread, and out to any number of pages."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pages: set[asyncio.Queue[str | None]] = set()

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event to everybody who listens now."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._spread, json.dumps(event, ensure_ascii=False))

    def close(self) -> None:
        """End all streams."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._spread, None)

    def _spread(self, text: str | None) -> None:
        for page in list(self._pages):
            if page.qsize() >= MOST_UNREAD:
                self._pages.discard(page)
            else:
                page.put_nowait(text)

    async def stream(self) -> AsyncIterator[str]:
        """What one page reads, until it goes away."""
        self._loop = asyncio.get_running_loop()
        page: asyncio.Queue[str | None] = asyncio.Queue()
        self._pages.add(page)
        try:
            yield "retry: 1000\n\n"
            while True:
                try:
                    text = await asyncio.wait_for(page.get(), HEARTBEAT_S)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if text is None:
                    return
                yield f"data: {text}\n\n"
        finally:
            self._pages.discard(page)
