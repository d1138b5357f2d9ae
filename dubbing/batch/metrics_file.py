"""A batch's figures as Prometheus' text files have them (for the node exporter's textfile collector).

Format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

import time
from pathlib import Path

from dubbing.batch.store import Store
from dubbing.batch.tasks import State
from dubbing.workspace import write_text


def metrics_text(store: Store) -> str:
    """All figures."""
    batch = _quoted(store.title)
    lines = _head("dub_batch_tasks", "gauge", "Tasks by kind and state.")
    counted = {
        (row[0], row[1]): row[2]
        for row in store.base.execute(
            "SELECT kind, state, COUNT(*) FROM tasks WHERE wanted = 1 GROUP BY kind, state"
        )
    }
    for kind in sorted({kind for kind, _ in counted}):
        lines += [
            f'dub_batch_tasks{{batch="{batch}",kind="{kind}",state="{state}"}} '
            f"{counted.get((kind, state), 0)}"
            for state in State
        ]
    lines += _head("dub_batch_stage_seconds_total", "counter", "Seconds of work by stage.")
    films = _head("dub_batch_stage_film_seconds_total", "counter", "Seconds of film by stage.")
    for row in store.base.execute("SELECT * FROM speeds ORDER BY stage"):
        label = f'{{batch="{batch}",stage="{_quoted(row["stage"])}"}}'
        lines.append(f"dub_batch_stage_seconds_total{label} {row['seconds']:.3f}")
        films.append(f"dub_batch_stage_film_seconds_total{label} {row['film_s']:.3f}")
    (failures,) = store.base.execute(
        "SELECT COUNT(*) FROM attempts WHERE outcome != 'done'"
    ).fetchone()
    lines += films
    lines += _head("dub_batch_failed_attempts_total", "counter", "Attempts that failed.")
    lines.append(f'dub_batch_failed_attempts_total{{batch="{batch}"}} {failures}')
    lines += _head("dub_batch_paused", "gauge", "1 if the batch is paused.")
    lines.append(f'dub_batch_paused{{batch="{batch}"}} {int(store.is_paused)}')
    lines += _head("dub_batch_written_seconds", "gauge", "When this was written (Unix time).")
    lines.append(f'dub_batch_written_seconds{{batch="{batch}"}} {time.time():.0f}')
    return "\n".join(lines) + "\n"


def write_metrics(store: Store, path: Path) -> None:
    """Write the file, whole; a collector that reads meanwhile sees the old one."""
    write_text(path, metrics_text(store))
    path.chmod(0o644)  # collectors run as somebody else


def _head(name: str, kind: str, what: str) -> list[str]:
    return [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
