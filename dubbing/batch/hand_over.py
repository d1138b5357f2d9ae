"""From a claim to the order that its worker gets, and from its receipt back to the batch's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dubbing.batch.hosts import NONE_GIVEN, OWN_STORE, Permissions
from dubbing.batch.own_objects import claim_object, record_object
from dubbing.batch.places import is_url
from dubbing.batch.queue import Claim
from dubbing.batch.store import Store
from dubbing.batch.tasks import Kind, Order, Receipt, read_receipt, receipt_path, write_receipt
from dubbing.batch.transfer import fetch_folder, get, put, store_of
from dubbing.errors import WorkspaceError
from dubbing.outputs import check_output, record_output
from dubbing.temporary import replacing
from dubbing.voice.revocation import revocations
from dubbing.workspace import digest, disk_errors


class HandOver:
    """Knows what workers must be told beside what the plan says."""

    def __init__(
        self, store: Store, storage: str = "", permissions: Permissions = NONE_GIVEN
    ) -> None:
        """For a batch.

        Args:
            store: the batch.
            storage: address of what all machines reach, if they share no disk.
            permissions: of the manifest.
        """
        self.permissions = permissions
        self.store, self.storage = store, storage.rstrip("/")
        self._profiles: dict[str, dict[str, Any]] = {}
        self._there: set[str] = set()

    def order(self, claim: Claim) -> Order:
        """All that the worker of a task must know.

        Raises:
            WorkspaceError: if the store does not hold its settings.
            EngineFailed: if its film cannot be put where the worker finds it.
        OutputExists: if its dub would replace what this batch did not make.
        """
        payload = json.loads(claim.payload)
        folder = self.store.folder
        if claim.kind is Kind.CASTING:
            payload["known"] = self._known(payload.pop("earlier"))
        if payload.get("casting"):
            casting = read_receipt(folder, payload["casting"])
            payload["cast"] = dict(casting.cast) if casting is not None else {}
        for place in payload.get("outputs", ()):
            if is_url(place):
                claim_object(place, folder, self.permissions)
        if self.storage and not is_url(payload["source"]):
            payload["source"] = self._sent(Path(payload["source"]))
        return Order(
            task=claim.key,
            kind=claim.kind,
            film=claim.film,
            folder=str(folder),
            workspace=claim.workspace,
            payload=payload,
            settings=self._profile(claim.settings),
            attempt=claim.attempt,
            storage=self.storage,
            permissions=self.permissions,
            revocations=tuple(map(asdict, revocations().values())),
        )

    def kept(self, receipt: Receipt) -> Receipt:
        """A receipt, with what it speaks of brought into the batch's folder."""
        folder = self.store.folder
        for item in receipt.outputs:
            if is_url(item["place"]):
                record_object(item["place"], folder, self.permissions)
        if not self.storage:
            return receipt
        outputs = []
        for item in receipt.outputs:
            if "from" in item:
                self._bring(item["from"], Path(item["place"]))
            outputs.append({"place": item["place"], "n_bytes": item["n_bytes"]})
        report = receipt.report
        if is_url(report):
            fetch_folder(report, folder / "reports" / receipt.task[:16])
            report = f"reports/{receipt.task[:16]}/report.html"
        receipt = replace(receipt, outputs=tuple(outputs), report=report)
        write_receipt(folder, receipt)
        return receipt

    def _bring(self, address: str, place: Path) -> None:
        """Fetch a dub from the store to its place, unless somebody else's file is there."""
        folder = self.store.folder
        check_output(place, folder)
        with disk_errors(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            with replacing(place) as temporary:
                system, path = store_of(address, OWN_STORE)
                get(system, path, temporary)
                record_output(place, folder, temporary)

    def _known(self, earlier: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """The people of the last episode whose casting was made."""
        for key in reversed(earlier):
            if receipt_path(self.store.folder, key).exists():
                before = read_receipt(self.store.folder, key)
                if before is not None:
                    return before.people
        return ()

    def _profile(self, name: str) -> dict[str, Any]:
        if name not in self._profiles:
            row = self.store.base.execute(
                "SELECT profile FROM settings WHERE digest = ?", (name,)
            ).fetchone()
            if row is None:
                raise WorkspaceError("The batch has lost settings.", hint="Run its manifest again.")
            self._profiles[name] = json.loads(row[0])
        return self._profiles[name]

    def _sent(self, film: Path) -> str:
        """The address of a film that was brought to the store, once."""
        info = film.stat()
        stamp = digest([str(film), info.st_size, info.st_mtime_ns])[:16]
        url = f"{self.storage}/films/{stamp}/{film.name}"
        if url not in self._there:
            system, path = store_of(url, OWN_STORE)
            if not (system.exists(path) and system.info(path).get("size") == info.st_size):
                put(film, url, OWN_STORE)
            self._there.add(url)
        return url
