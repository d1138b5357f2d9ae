"""Runs llama.cpp in a process of its own, so that a file that makes it crash ends nothing else.

Speaks JSON, one message a line: settings first, answered by ``{"ready": true}``; then lists of requests
for a chat, each answered by a list of answers. llama.cpp's own words go to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TextIO

ERRORS = 1
"""What llama.cpp writes: errors, and warnings from 2 on."""


def main() -> None:
    """Serve until the input ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever llama.cpp prints is no message
    settings = json.loads(sys.stdin.readline())
    try:
        server = _loaded(settings)
    except (RuntimeError, ValueError, OSError) as error:
        _tell(out, {"error": str(error)})
        return
    _tell(out, {"ready": True})
    with ThreadPoolExecutor(settings["parallel"]) as pool:
        for line in sys.stdin:
            _tell(out, list(pool.map(lambda body: _answer(server, body), json.loads(line))))


def _loaded(settings: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = settings["model"]
    params.n_ctx = settings["context"]
    params.n_parallel = settings["parallel"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings["threads"]
    params.hostnames = [settings["socket"]]  # a file that this user alone may open; no port
    params.n_gpu_layers = 0
    params.cache_ram_mib, params.verbosity = 0, ERRORS
    params.offline, params.use_jinja = True, True
    params.fit_params = params.warmup = params.ui = params.endpoint_slots = False
    return xllamacpp.Server(params)


def _answer(server: Any, body: dict[str, Any]) -> Any:
    try:
        return server.handle_chat_completions(body)
    except (RuntimeError, ValueError, TypeError) as error:
        return {"error": {"message": str(error)}}


def _tell(out: TextIO, message: Any) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
