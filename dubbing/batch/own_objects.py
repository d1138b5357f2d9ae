"""Which objects in stores are a batch's to replace: the user's own record, as for files on a disk.

A dub that goes to an address (``s3://…``) may replace what this batch wrote there, and nothing else. What
an object holds is known by the store's own stamp of it (:func:`dubbing.batch.transfer.address_stamp`).
Where nothing else was when its task was handed over, the place is claimed for this batch until the dub
is there: a worker that was lost after it had written is not a reason to stop.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dubbing.batch.hosts import NONE_GIVEN, Permissions
from dubbing.batch.places import bare
from dubbing.batch.transfer import stamp_there
from dubbing.errors import OutputExists
from dubbing.homes import state_home
from dubbing.json_text import parsed
from dubbing.outputs import FOLDER, MAX_KEPT
from dubbing.workspace import digest, write_text


def claim_object(url: str, folder: Path, permissions: Permissions = NONE_GIVEN) -> None:
    """Make sure that the batch in ``folder`` may write to an address.

    Raises:
        OutputExists: if something is there that this batch did not write.
        EngineFailed: if the store cannot be reached.
    """
    there = stamp_there(url, permissions)
    known = _known(url, folder)
    if known["is_claimed"]:
        return
    if there is not None and there not in known["stamps"]:
        raise OutputExists(
            f"{bare(url)} is there already, and this batch did not make it.",
            hint="Move it away, or change 'output' in the manifest; then: dub batch retry.",
        )
    _keep(url, folder, {**known, "is_claimed": True})


def record_object(url: str, folder: Path, permissions: Permissions = NONE_GIVEN) -> None:
    """Remember what was just written to an address as this batch's; its claim ends."""
    there = stamp_there(url, permissions)
    if there is None:
        return
    stamps = [stamp for stamp in _known(url, folder)["stamps"] if stamp != there]
    _keep(url, folder, {"is_claimed": False, "stamps": [*stamps, there][-MAX_KEPT:]})


def _known(url: str, folder: Path) -> dict[str, Any]:
    try:
        plain = parsed(_record(url, folder).read_bytes())
        return {"is_claimed": plain["is_claimed"] is True, "stamps": list(plain["stamps"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"is_claimed": False, "stamps": []}


def _keep(url: str, folder: Path, known: dict[str, Any]) -> None:
    plain = {"address": bare(url), "maker": str(folder.resolve()), **known}
    write_text(_record(url, folder), json.dumps(plain, ensure_ascii=False) + "\n")


def _record(url: str, folder: Path) -> Path:
    return state_home() / FOLDER / f"{digest([bare(url), str(folder.resolve())])}.json"
