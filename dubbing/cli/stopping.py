"""Ctrl-C, ``kill`` and a closed terminal end a command cleanly: temporaries go, what is finished stays.

All three raise ``KeyboardInterrupt`` in the main thread, which everything that cleans up after itself
knows already. A signal that the parent process has set to be ignored (``nohup``) stays ignored.
"""

from __future__ import annotations

import signal
from types import FrameType

POLITE = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # Windows has no SIGHUP
_received: list[int] = []


def stop_cleanly() -> None:
    """Take the signals that ask a program to end."""
    for number in (signal.SIGINT, *POLITE):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def was_stopped() -> bool:
    """Whether one of the signals has come."""
    return bool(_received)


def exit_code() -> int:
    """What shells expect of a program that a signal ended: 128 + its number."""
    return 128 + _received[0]


def _stop(number: int, frame: FrameType | None) -> None:
    """The polite ones often come in pairs; the second must not interrupt the cleaning up."""
    del frame
    _received.append(number)
    if number in POLITE:
        for polite in POLITE:
            signal.signal(polite, signal.SIG_IGN)
    raise KeyboardInterrupt
