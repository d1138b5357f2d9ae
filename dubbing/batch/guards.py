"""What must be there before a task begins: room on the disk, and memory."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from dubbing.batch.tasks import Kind

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Guards:
    """Least free disk and memory with which another task is begun; 0 asks for nothing."""

    disk_mb: int = 2_000
    memory_mb: int = 1_500

    def refusal(self, folder: Path, kind: Kind, *, is_first: bool) -> str:
        """Why no task of this kind shall begin now; empty if it may.

        Args:
            folder: the batch's folder.
            kind: what would begin.
            is_first: whether nothing else runs; then memory is not waited for, as nobody would give
                any back.
        """
        free_mb = shutil.disk_usage(folder).free // MB
        if free_mb < self.disk_mb:
            return f"{folder} has {free_mb} MB of free disk; {self.disk_mb} MB are wanted."
        if self.memory_mb and not is_first:
            from psutil import virtual_memory

            available_mb = virtual_memory().available // MB
            if available_mb < self.memory_mb:
                return f"{available_mb} MB of memory are free; a {kind} may take {self.memory_mb}."
        return ""


def workers_for(memory_mb: int, threads: int = 0) -> tuple[int, int]:
    """How many workers this machine has room for, and the threads of each.

    Stages use several cores badly and one well, so there are as many workers as cores, as long as each
    has its memory.

    Args:
        memory_mb: what a worker with its models takes.
        threads: of each worker, if that is fixed; 0 chooses.
    """
    import os

    from psutil import virtual_memory

    cores = os.cpu_count() or 1
    by_memory = max(1, int(virtual_memory().available * 0.8 / MB // max(1, memory_mb)))
    workers = max(1, min(cores // max(1, threads), by_memory))
    return workers, threads or max(1, cores // workers)
