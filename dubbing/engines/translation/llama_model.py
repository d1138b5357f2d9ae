"""A GGUF model in a process of its own: started, asked, bounded in time and memory, ended."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dubbing.engines.translation import llama_child
from dubbing.errors import EngineFailed, EngineUnavailable
from dubbing.language.plain_text import plain_text
from dubbing.models.gguf_header import Header

PARALLEL = 4
"""Requests that are answered side by side: weights are then read once for all of them."""
CONTEXT_TOKENS, LEAST_CONTEXT_TOKENS = 3072, 512
"""Of one request: what is told, and the answer."""
PROGRAM_BYTES = 500_000_000
"""What llama.cpp takes besides weights and context."""
LOAD_TIME_S, ANSWER_TIME_S = 600.0, 900.0
"""A request may take as long as it takes a slow machine, but not for ever."""
LONGEST_MESSAGE_BYTES = 64_000_000
LONGEST_REASON = 200
LOG_PREFIX = re.compile(r"^[\d.]+ [A-Z] +")
ERROR_WORDS = ("error", "unknown", "failed", "invalid")
GB = 1e9


class Model:
    """A loaded model; gives its memory back when nobody holds it any longer."""

    def __init__(self, header: Header, threads: int) -> None:
        """Load the model.

        Raises:
            EngineUnavailable: if there is not enough free memory.
            EngineFailed: if llama.cpp does not load it.
        """
        parallel = parallel_that_fits(header)
        self._path = header.path
        self._folder = Path(tempfile.mkdtemp(prefix="dubbing-llama-"))
        self._log = self._folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", llama_child.__name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self._folder,  # the name of a socket must be short
                env=_environment(),
            )
        self._end = weakref.finalize(self, _ended, self._process, self._folder)
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(
            target=_read, args=(self._process.stdout, self._answers), daemon=True
        ).start()
        self._load(header, threads, parallel)

    def ask(self, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Answers to requests in the form of OpenAI's chat completions.

        Raises:
            EngineFailed: if llama.cpp broke off, or answers nothing in time.
        """
        answers = self._exchange(list(bodies), ANSWER_TIME_S * max(1, len(bodies)))
        return [answer if isinstance(answer, dict) else {} for answer in answers]

    def close(self) -> None:
        """End the process."""
        self._end()

    def _load(self, header: Header, threads: int, parallel: int) -> None:
        told = self._exchange(
            {
                "model": str(header.path.resolve()),
                "context": parallel * context_tokens(header),
                "parallel": parallel,
                "threads": threads,
                "socket": "s.sock",
            },
            LOAD_TIME_S,
        )
        if "ready" not in told:
            reason = self._reason()
            self.close()
            raise EngineFailed(
                f"llama.cpp does not load {header.path} ({header.architecture or 'no kind'})"
                f"{reason}.",
                hint="It may be damaged, or of a kind that is newer than the installed xllamacpp.",
            )

    def _exchange(self, message: Any, time_s: float) -> Any:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=time_s)
        except queue.Empty:
            self.close()
            raise EngineFailed(
                f"{self._path.name} gave no answer within {time_s:.0f} s.",
                hint="Choose a smaller model.",
            ) from None
        except OSError:
            line = b""
        if not line:
            reason = self._reason()
            self.close()
            raise EngineFailed(
                f"llama.cpp broke off with {self._path}{reason}.",
                hint="The file may be damaged, or memory ran out. Run again: what is finished is kept.",
            )
        return json.loads(line)

    def _reason(self) -> str:
        """The first thing that llama.cpp complained about."""
        text = self._log.read_bytes()[-200_000:].decode("utf-8", "replace")
        bad = [line for line in text.splitlines() if any(w in line.lower() for w in ERROR_WORDS)]
        reason = plain_text(LOG_PREFIX.sub("", bad[0])) if bad else ""
        return f": {reason[:LONGEST_REASON].rstrip('.')}" if reason else ""


def context_tokens(header: Header) -> int:
    """What one request may hold, with its answer."""
    return max(LEAST_CONTEXT_TOKENS, min(CONTEXT_TOKENS, header.context_tokens or CONTEXT_TOKENS))


def parallel_that_fits(header: Header) -> int:
    """How many requests at once there is memory for.

    Raises:
        EngineUnavailable: if there is not enough for one.
    """
    import psutil

    free = int(psutil.virtual_memory().available)
    for parallel in (PARALLEL, 1):
        wanted = header.memory_bytes(parallel * context_tokens(header)) + PROGRAM_BYTES
        if wanted <= free:
            return parallel
    raise EngineUnavailable(
        f"{header.path.name} takes about {wanted / GB:.1f} GB of memory, and {free / GB:.1f} GB are "
        "free.",
        hint="Choose a model with fewer parameters or bits, or close other programs.",
    )


def _environment() -> dict[str, str]:
    """The environment of the process, which finds this package where we found it; no keys of servers."""
    kept = {name: value for name, value in os.environ.items() if "KEY" not in name.upper()}
    package = str(Path(__file__).parents[3])
    places = [package, *map(os.path.abspath, filter(None, sys.path))]
    return {**kept, "PYTHONPATH": os.pathsep.join(places)}


def _read(source: Any, answers: queue.SimpleQueue[bytes]) -> None:
    """Pass on messages; an empty one is the end."""
    while line := source.readline(LONGEST_MESSAGE_BYTES):
        answers.put(line)
    answers.put(b"")


def _ended(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    shutil.rmtree(folder, ignore_errors=True)
