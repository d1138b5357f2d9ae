"""Downloads Firefox's translation models from Mozilla's Remote Settings, or from a mirror of it.

The service lists one record a file, with its languages, version, size and SHA-256, and says where the
attachments lie (https://remote-settings.readthedocs.io). Those are packed with Zstandard. All that it
answers is a stranger's: sizes bound what is read and unpacked, hashes are checked, and no name or address
in an answer decides where something is written or asked for.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dubbing.errors import EngineFailed, UnknownLanguage
from dubbing.json_text import parsed
from dubbing.models import firefox
from dubbing.models.firefox import HUB, Languages, plain_code
from dubbing.servers import check_host, split_address
from dubbing.temporary import new_temporary_folder
from dubbing.web import Answer, Limits, WebError, ask
from dubbing.workspace import file_sha256

SERVICE = "https://firefox.settings.services.mozilla.com/v1"
RECORDS = "/buckets/main/collections/translations-models-v2/records"
ATTACHMENTS = "firefox-settings-attachments.cdn.mozilla.net"
"""Where Mozilla's own service keeps its files."""
KINDS = {
    "model": ("model.{pair}.intgemm.alphas.bin", firefox.MAX_MODEL_BYTES),
    "vocab": ("vocab.{pair}.spm", firefox.MAX_VOCABULARY_BYTES),
    "srcvocab": ("srcvocab.{pair}.spm", firefox.MAX_VOCABULARY_BYTES),
    "trgvocab": ("trgvocab.{pair}.spm", firefox.MAX_VOCABULARY_BYTES),
    "lex": ("lex.50.50.{pair}.s2t.bin", firefox.MAX_SHORTLIST_BYTES),
}
"""What a file of a kind is called here, and its largest size."""
SIZES = ("tiny", "base-memory", "base")
"""Architectures, the best last."""
STABLE = re.compile(r"(\d{1,3})\.(\d{1,3})")
"""Trials have a letter behind the number: ``3.0a1``."""
SHA256 = re.compile(r"[0-9a-f]{64}")
LOCATION = re.compile(r"[\w-]+(?:/[\w.-]+){1,6}")
CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
WAITS_S = (1.0, 4.0)
LIST_LIMITS = Limits(total_s=60.0, max_bytes=16_000_000)
FILE_TIME_S = 900.0
NOTES = "metadata.json"
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Record:
    """One file that the service has."""

    kind: str
    pair: Languages
    size: str
    version: tuple[int, int]
    location: str
    packed_bytes: int
    packed_sha256: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The best model of a pair: its files by kind."""

    pair: Languages
    files: Mapping[str, Record]

    @property
    def packed_bytes(self) -> int:
        """What has to be downloaded."""
        return sum(record.packed_bytes for record in self.files.values())


@dataclass(frozen=True, slots=True)
class Service:
    """An address that the user named, and the hosts that the user allowed."""

    address: str = SERVICE
    allowed: tuple[str, ...] = ()

    def offers(self) -> dict[Languages, Offer]:
        """The best model of every pair.

        Raises:
            EngineFailed: if there is no answer, or none that is such a list.
        """
        listed = _json(self._get(f"{self._base}{RECORDS}", LIST_LIMITS), self._base)
        rows = listed.get("data")
        if not isinstance(rows, list):
            raise _no_service(self._base)
        return _best(record for row in rows if (record := _record(row)) is not None)

    def fetch(self, offer: Offer, folder: Path, progress: Progress) -> Path:
        """Download one model into ``folder/en-zh``, whole or not at all.

        Raises:
            EngineFailed: if a file cannot be had, or is not what its record says.
            ServerNotAllowed: if the files lie on a host that was not named.
            WeightsMissing: if the model cannot be read.
        """
        attachments = self._attachments()
        source, target = offer.pair
        place = folder / f"{source}-{target}"
        folder.mkdir(parents=True, exist_ok=True)
        fresh = new_temporary_folder(folder)
        try:
            for number, (kind, record) in enumerate(sorted(offer.files.items())):
                name = KINDS[kind][0].format(pair=f"{source}{target}")
                progress(name, number / len(offer.files))
                (fresh / name).write_bytes(self._file(f"{attachments}/{record.location}", record))
            (fresh / NOTES).write_text(json.dumps(_notes(offer, self._base), indent=1))
            firefox.read(firefox.available(fresh)[offer.pair])
            _put(fresh, place)
        finally:
            _remove(fresh)
        progress(place.name, 1.0)
        return place

    @property
    def _base(self) -> str:
        split_address(self.address)
        return self.address.rstrip("/")

    def _attachments(self) -> str:
        """Where the files lie, as the service says; on a host of its own, or one that was allowed."""
        told = _json(self._get(f"{self._base}/", LIST_LIMITS), self._base)
        try:
            address = str(told["capabilities"]["attachments"]["base_url"])
        except (LookupError, TypeError) as error:
            raise _no_service(self._base) from error
        mozillas = (f"https://{ATTACHMENTS}",) if self._base == SERVICE else ()
        check_host(address, (self._base, *mozillas, *self.allowed), "A file would come from")
        return address.rstrip("/")

    def _file(self, url: str, record: Record) -> bytes:
        limits = Limits(total_s=FILE_TIME_S, max_bytes=record.packed_bytes)
        packed = self._get(url, limits).content
        _check(packed, record.packed_sha256, url)
        content = _unpacked(packed, record.n_bytes, url)
        _check(content, record.sha256, url)
        return content

    def _get(self, url: str, limits: Limits) -> Answer:
        host = split_address(url).netloc
        try:
            answer = ask("GET", url, limits=limits, waits_s=WAITS_S)
        except WebError as error:
            raise EngineFailed(f"{host} {error}.", hint="Try again later.") from error
        if not answer.is_good:
            raise EngineFailed(
                f"{host} answered with an error ({answer.status}) to {url}.",
                hint="Try again later, or name another service with --from.",
            )
        return answer


def route(offers: Mapping[Languages, Offer], source: str, target: str) -> tuple[Offer, ...]:
    """What a pair needs: its own model, else one into English and one out of it.

    Raises:
        UnknownLanguage: if the service does not have them.
    """
    pair = plain_code(source), plain_code(target)
    for steps in ((pair,), ((pair[0], HUB), (HUB, pair[1]))):
        if all(step in offers for step in steps):
            return tuple(offers[step] for step in steps)
    raise UnknownLanguage(
        f"The service has no model from {pair[0]} to {pair[1]}.",
        hint=f"It has: {', '.join(sorted({code for known in offers for code in known}))}.",
    )


# -- what the service says -----------------------------------------------------------------------


def _best(records: Iterable[Record]) -> dict[Languages, Offer]:
    """Of each pair the newest whole model of the largest size."""
    sets: dict[tuple[Languages, int, tuple[int, int]], dict[str, Record]] = {}
    for record in records:
        key = record.pair, _rank(record.size), record.version
        sets.setdefault(key, {})[record.kind] = record
    best: dict[Languages, Offer] = {}
    for (pair, _, _), files in sorted(sets.items()):
        if "model" in files and ("vocab" in files or {"srcvocab", "trgvocab"} <= set(files)):
            best[pair] = Offer(pair, files)
    return best


def _rank(size: str) -> int:
    return SIZES.index(size) if size in SIZES else -1


def _record(row: Any) -> Record | None:
    """One record, if it is of a finished model and says all that is needed to trust the file."""
    try:
        kind, version = row["fileType"], STABLE.fullmatch(row["version"])
        attachment = row["attachment"]
        record = Record(
            kind=kind,
            pair=(_code(row["sourceLanguage"]), _code(row["targetLanguage"])),
            size=str(row.get("architecture") or "")[:40],
            version=(int(version[1]), int(version[2])) if version else (-1, 0),
            location=attachment["location"],
            packed_bytes=attachment["size"],
            packed_sha256=attachment["hash"],
            n_bytes=row["decompressedSize"],
            sha256=row["decompressedHash"],
        )
        return record if _is_sound(record) else None
    except (LookupError, TypeError, AttributeError, ValueError):
        return None


def _is_sound(record: Record) -> bool:
    most = KINDS[record.kind][1]
    sizes = (record.packed_bytes, record.n_bytes)
    return (
        record.version >= (0, 0)
        and all(type(n) is int and 0 < n <= most for n in sizes)
        and all(SHA256.fullmatch(sha) for sha in (record.packed_sha256, record.sha256))
        and LOCATION.fullmatch(record.location) is not None
        and ".." not in record.location
    )


def _code(value: str) -> str:
    if CODE.fullmatch(value) is None:
        raise ValueError(value)
    return plain_code(value)


def _json(answer: Answer, base: str) -> dict[str, Any]:
    try:
        value = parsed(answer.content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise _no_service(base)
    return value


def _no_service(base: str) -> EngineFailed:
    return EngineFailed(
        f"{base} is no Remote Settings service with translation models.",
        hint=f"Check --from; Mozilla's is {SERVICE}.",
    )


# -- files ---------------------------------------------------------------------------------------


def _unpacked(packed: bytes, n_bytes: int, url: str) -> bytes:
    """The content, not a byte more than the record says."""
    import zstandard

    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)) as reader:
            content: bytes = reader.read(n_bytes + 1)
    except (zstandard.ZstdError, MemoryError) as error:
        raise EngineFailed(f"{url} is damaged.", hint="Try again.") from error
    if len(content) != n_bytes:
        raise EngineFailed(f"{url} has not the size that its record says.", hint="Try again.")
    return content


def _check(content: bytes, sha256: str, url: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise EngineFailed(
            f"{url} is not the file that its record names (SHA-256 {found[:12]}… instead of "
            f"{sha256[:12]}…).",
            hint="Try again; if it stays so, name another service with --from.",
        )


def _notes(offer: Offer, base: str) -> dict[str, Any]:
    """What is kept beside a model: where it comes from, and what its files are."""
    model = offer.files["model"]
    source, target = offer.pair
    return {
        "sourceLanguage": source,
        "targetLanguage": target,
        "architecture": model.size,
        "version": ".".join(map(str, model.version)),
        "from": base,
        "licence": "MPL-2.0",
        "files": {
            KINDS[kind][0].format(pair=f"{source}{target}"): record.sha256
            for kind, record in sorted(offer.files.items())
        },
    }


def verified(folder: Path) -> dict[str, bool]:
    """Whether each model that was downloaded into a folder is what it was, by its SHA-256."""
    found = {}
    for notes in sorted(folder.glob(f"*/{NOTES}")):
        try:
            files: dict[str, str] = parsed(notes.read_bytes())["files"]
            good = all(file_sha256(notes.parent / name) == sha for name, sha in files.items())
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            good = False
        found[notes.parent.name] = good
    return found


def _put(fresh: Path, place: Path) -> None:
    """Give a finished folder its name, in place of an older one."""
    import shutil

    fresh.chmod(0o755)
    if place.exists():
        shutil.rmtree(place)
    fresh.rename(place)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
