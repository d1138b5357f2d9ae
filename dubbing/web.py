"""One exchange over HTTP, bounded in bytes, time and tries, whatever the other side does.

All that this program asks of servers goes through here, but for the films of batches, which come from
stores of many kinds. Redirects are never followed: neither a text nor a key goes where the user did not
send it.
"""

from __future__ import annotations

import math
import queue
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache

MB = 1_000_000
USER_AGENT = "dubbing"
OK_STATUS, REDIRECT_STATUS, CLIENT_ERROR, SERVER_ERROR = 200, 300, 400, 500
PASSING = (408, 409, 425, 429)
"""Answers below 500 after which it can help to ask again."""
LASTING = (501, 505, 511)
"""Answers from 500 after which it cannot."""
MAX_RETRY_AFTER_S = 60.0
"""A server that asks for a longer rest is not waited for."""
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an exchange may take at most; the bytes are those of the body, unpacked."""

    total_s: float = 120.0
    max_bytes: int = 16 * MB


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_good(self) -> bool:
        """Whether the status is one of success."""
        return OK_STATUS <= self.status < REDIRECT_STATUS

    @property
    def is_redirect(self) -> bool:
        """Whether it sends its caller elsewhere."""
        return REDIRECT_STATUS <= self.status < CLIENT_ERROR


class WebError(Exception):
    """There is no answer, or none that may be read; the message completes "SERVER ..."."""


class NotReached(WebError):
    """No connection, or one that broke off: it can help to ask again."""


class TooLate(WebError):
    """The answer was not whole in time."""


class NotReadable(WebError):
    """The answer is larger than allowed, or packed in a way that was not asked for."""


def ask(
    method: str,
    url: str,
    *,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    limits: Limits = Limits(),
    waits_s: Sequence[float] = (),
    rest: Callable[[float], None] = time.sleep,
) -> Answer:
    """Ask a server, and again after each of ``waits_s`` where that can help.

    ``Retry-After`` is obeyed up to a minute. What arrives too late or too large is not asked for again,
    and nothing is once all tries together have taken the time of one.

    Returns:
        The last answer, whatever its status.

    Raises:
        WebError: if there is none; see its children.
    """
    began_s = time.monotonic()
    for wait_s in waits_s:
        try:
            answer = exchange(method, url, content=content, headers=headers, limits=limits)
        except NotReached:
            if time.monotonic() - began_s > limits.total_s:
                raise
            rest(wait_s)
            continue
        told_s = retry_after_s(answer.headers)
        is_too_long = told_s is not None and told_s > MAX_RETRY_AFTER_S
        is_late = time.monotonic() - began_s > limits.total_s
        if not may_pass(answer.status) or is_too_long or is_late:
            return answer
        rest(wait_s if told_s is None else told_s)
    return exchange(method, url, content=content, headers=headers, limits=limits)


def may_pass(status: int) -> bool:
    """Whether it can help to ask again after an answer with this status."""
    return status in PASSING or (status >= SERVER_ERROR and status not in LASTING)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long a server wants to be left alone, in seconds; ``None`` if it says nothing sensible."""
    for name, per_second in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            wait_s = float(headers.get(name, "")) / per_second
        except ValueError:
            continue
        return wait_s if wait_s >= 0 and not math.isnan(wait_s) else None
    try:
        wait_s = parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return max(0.0, wait_s)


def exchange(
    method: str,
    url: str,
    *,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    limits: Limits = Limits(),
) -> Answer:
    """One question and its answer.

    It runs in a thread of its own, since nothing else bounds the sum of what can take time: a name
    that is looked up for minutes, a header that drips. Nobody waits for that thread beyond the limit;
    it ends with the next thing that arrives.

    Raises:
        WebError: see its children.
    """
    answered: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()
    deadline_s = time.monotonic() + limits.total_s

    def work() -> None:
        try:
            answered.put(_fetched(method, url, content, headers or {}, limits, deadline_s))
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            answered.put(error)

    threading.Thread(target=work, name="web", daemon=True).start()
    try:
        result = answered.get(timeout=limits.total_s)
    except queue.Empty:
        raise _too_late(limits) from None
    if isinstance(result, BaseException):
        raise result
    return result


def _fetched(
    method: str,
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    limits: Limits,
    deadline_s: float,
) -> Answer:
    import httpx2

    sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **headers}
    try:
        with (
            httpx2.Client(
                follow_redirects=False, timeout=limits.total_s, verify=_certificates()
            ) as client,
            client.stream(method, url, content=content, headers=sent) as response,
        ):
            told = {name.lower(): value for name, value in response.headers.items()}
            blocks = _in_time(response.iter_raw(), limits, deadline_s)
            whole = _unpacked(blocks, told.get("content-encoding", ""), limits)
            return Answer(response.status_code, told, whole)
    except httpx2.TimeoutException as error:
        raise _too_late(limits) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
        raise NotReached(f"cannot be reached, or broke off ({type(error).__name__})") from error


@cache
def _certificates() -> ssl.SSLContext:
    """Those that are trusted; to load them takes longer than most exchanges."""
    import httpx2

    return httpx2.create_ssl_context()


def _in_time(blocks: Iterator[bytes], limits: Limits, deadline_s: float) -> Iterator[bytes]:
    for block in blocks:
        if time.monotonic() > deadline_s:
            raise _too_late(limits)
        yield block


def _unpacked(blocks: Iterator[bytes], encoding: str, limits: Limits) -> bytes:
    """The body; not a byte more than allowed is ever unpacked."""
    encoding = encoding.strip().lower()
    if encoding not in ENCODINGS:
        raise NotReadable(f"answers in the encoding '{encoding[:40]}', which was not asked for")
    is_plain = encoding in ENCODINGS[:2]
    unpack = None if is_plain else zlib.decompressobj(GZIP_OR_ZLIB)
    whole = bytearray()
    try:
        for block in blocks:
            room = limits.max_bytes - len(whole) + 1
            whole += block if unpack is None else unpack.decompress(block, room)
            if len(whole) > limits.max_bytes:
                raise NotReadable(f"answers with more than {limits.max_bytes / MB:g} MB")
    except zlib.error as error:
        raise NotReadable("answers with compressed data that are damaged") from error
    if unpack is not None and not unpack.eof:
        raise NotReached("broke off in the middle of its answer")
    return bytes(whole)


def _too_late(limits: Limits) -> TooLate:
    return TooLate(f"did not answer within {limits.total_s:g} s")
