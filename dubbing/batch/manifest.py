"""What a batch shall do: films, languages and how, as a person wrote it down.

    languages: [zh, es]
    jobs:
      - input: episodes/*.mp4
        glossary: [names.csv]
      - input: trailer.mov
        languages: [ja]
        priority: 10

``read_manifest`` gives back one :class:`Wanted` for each film and language, all that they say settled.
Every error names file, line and field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from dubbing.batch.manifest_text import read_text
from dubbing.batch.options import Address, Listed, Name, Options, profile_values
from dubbing.batch.places import bare, check_template, find, inside, is_url, output_place
from dubbing.errors import BadSettings, DubbingError, UsageError
from dubbing.media.ffmpeg_choice import OPTION, VARIABLE
from dubbing.settings import Profile, load_profile
from dubbing.settings_text import Place, Text
from dubbing.workspace import digest

SCHEMA = "dubbing.Batch/1"
OUTPUT = "{dir}/{stem}.{lang}{ext}"
MOST_JOBS = 1_000_000
Variety = tuple[str | None, str | None]
"""How a target language is shown, and how it sounds, where that is not the usual way."""


class Wishes(Options):
    """What can be said of one job, or of all as a default."""

    languages: Listed | None = None
    profile: Name | None = None
    """embedded, fast, quality, or the path of a file."""
    output: Address | None = None
    """Where dubs go; knows {dir} {stem} {lang} {ext} {series} {name}."""
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] | None = None
    """Higher comes first."""
    labels: dict[Name, str] | None = None
    series: str | None = None
    """Films of one series have their speakers matched, so that they keep their voices."""
    by_language: dict[Name, Options] = Field(default_factory=dict)
    """What is otherwise for a language."""


class JobEntry(Wishes):
    """One entry: a film, or several by a glob or a list."""

    input: Address | Annotated[tuple[Address, ...], Field(strict=False)]
    name: Name | None = None
    """What the film is called in tables; its file's name if not given."""


class Manifest(Wishes):
    """A whole manifest; what stands beside ``jobs`` holds for all of them."""

    schema_: str | None = Field(None, alias="schema")
    title: Name | None = None
    allow_absolute: bool = False
    """Whether paths may lead out of the manifest's folder; the command line must permit it."""
    series_threshold: Annotated[float, Field(gt=0, lt=1, strict=False)] = 0.85
    """Likeness in the voice space from which speakers of two episodes are one person."""
    jobs: Annotated[tuple[JobEntry, ...], Field(min_length=1, max_length=MOST_JOBS, strict=False)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One film into one language, settled."""

    film: str
    """What it is called in tables."""
    source: str
    """Absolute path, or an address."""
    target: str
    output: str
    profile: Profile
    consents: tuple[str, ...] = ()
    cast: tuple[tuple[str, str], ...] = ()
    """Speakers and their voices."""
    names: tuple[tuple[str, str], ...] = ()
    """Speakers and what they are called."""
    priority: int = 0
    labels: tuple[tuple[str, str], ...] = ()
    series: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A manifest that was read: where it lies, what it is called, and every job of it."""

    path: Path
    title: str
    jobs: tuple[Wanted, ...]
    series_threshold: float = 0.85

    def into(self, folder: Path) -> Asked:
        """The same with all outputs in another folder, for trying."""
        jobs = tuple(
            replace(job, output=str(folder / f"{number}-{job.output.rpartition('/')[2]}"))
            for number, job in enumerate(self.jobs)
        )
        return replace(self, jobs=jobs)


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a manifest."""
    return {"$id": SCHEMA, **Manifest.model_json_schema(by_alias=True)}


def read_manifest(path: Path, *, series: str = "", absolute: bool = False) -> Asked:
    """Read a manifest and settle every job of it.

    Args:
        path: its file: YAML, JSON or CSV.
        series: the series of all films that name none (``--series``).
        absolute: whether the command line permits ``allow_absolute``.

    Raises:
        BadSettings: naming file, line and field.
    """
    text = read_text(path)
    manifest = _checked(text)
    if manifest.allow_absolute and not absolute:
        raise text.error(
            ("allow_absolute",),
            "paths that lead out of its folder need your permission, too.",
            "If you trust the manifest: --allow-absolute",
        )
    root = path.absolute().parent
    reader = _Reader(text, manifest, root, series)
    jobs = tuple(reader.jobs())
    _no_output_twice(text, jobs)
    return Asked(path.absolute(), manifest.title or path.stem, jobs, manifest.series_threshold)


def _checked(text: Text) -> Manifest:
    if not isinstance(text.values, dict):
        raise text.error((), "it must hold names and values, among them 'jobs'.")
    try:
        manifest = Manifest.model_validate(text.values)
    except ValidationError as error:
        first = error.errors()[0]
        where = _written(text.values, first["loc"])
        told = "this is no field that is known" if "extra" in first["type"] else first["msg"]
        raise text.error(where, f"{told}.", _hint(first)) from error
    except RecursionError as error:
        raise text.error((), "it is nested too deeply.") from error
    if manifest.schema_ not in (None, SCHEMA):
        raise text.error(("schema",), f"this program reads {SCHEMA}.", "Update dubbing.")
    return manifest


def _written(values: Any, place: tuple[int | str, ...]) -> Place:
    """The part of pydantic's place that stands in the file (it adds names of alternatives)."""
    where: Place = ()
    for part in place:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            if part in ("jobs", "input") or (part is place[-1] and isinstance(values, dict)):
                return (*where, part)
            continue
        where = (*where, part)
    return where


def _hint(error: Any) -> str:
    given = error.get("input")
    if isinstance(given, bool) and "string" in error["type"]:
        return "YAML reads no, yes, on and off as truth values; put quotes around it."
    if isinstance(given, str) and error["type"] == "tuple_type":
        return f"Write a list: [{given[:40]}]."
    return ""


class _Reader:
    """Settles the jobs of a manifest one by one; what many have in common is made once."""

    def __init__(self, text: Text, manifest: Manifest, root: Path, series: str) -> None:
        self.text, self.manifest, self.root, self.series = text, manifest, root, series
        self.outside = manifest.allow_absolute
        self.profiles: dict[str, Profile] = {}

    def jobs(self) -> Iterator[Wanted]:
        """Every film and language, in the order of the manifest."""
        for number, entry in enumerate(self.manifest.jobs):
            for place in (entry.input,) if isinstance(entry.input, str) else entry.input:
                with _told(self.text, ("jobs", number, "input")):
                    films = find(self.root, place, outside=self.outside)
                for film in films:
                    yield from self._of_film(number, entry, film)

    def _of_film(self, number: int, entry: JobEntry, film: str) -> Iterator[Wanted]:
        from dubbing.job import target_code
        from dubbing.language.languages import language

        where: Place = ("jobs", number)
        general = self.manifest
        languages = entry.languages or general.languages
        if not languages:
            raise self.text.error(where, "no languages are given, here or for all jobs.")
        seen: set[str] = set()
        for tag in languages:
            with _told(self.text, (*where, "languages") if entry.languages else ("languages",)):
                target = target_code(tag)
                found = language(tag)
            if target not in seen:
                variety = found.written, found.accent
                yield self._wanted(number, entry, film, target, variety)
            seen.add(target)

    def _wanted(
        self, number: int, entry: JobEntry, film: str, target: str, variety: Variety
    ) -> Wanted:
        where: Place = ("jobs", number)
        general = self.manifest
        layers = (
            self._for(target, entry, (*where, "by_language")),
            entry,
            self._for(target, general, ("by_language",)),
            general,
        )
        options = Options()
        for layer in reversed([layer for layer in layers if layer is not None]):
            options = layer.over(options)
        series = entry.series or general.series or self.series
        with _told(self.text, (*where, "output") if entry.output else ("output",)):
            template = entry.output or general.output or self._beside(film)
            check_template(template)
            output = output_place(
                template,
                film,
                target,
                self.root,
                series=series,
                name=entry.name or "",
                outside=self.outside,
            )
        if output == film:
            raise self.text.error((*where, "output"), "the dub would overwrite the film itself.")
        priority = entry.priority if entry.priority is not None else general.priority
        return Wanted(
            film=entry.name or self._name(film),
            source=film,
            target=target,
            output=output,
            profile=self._profile(
                number, entry.profile or general.profile, options, target, variety
            ),
            consents=tuple(options.consent or ()),
            cast=tuple(sorted((options.voices or {}).items())),
            names=tuple(sorted((options.speaker_names or {}).items())),
            priority=priority or 0,
            labels=tuple(sorted({**(general.labels or {}), **(entry.labels or {})}.items())),
            series=series,
        )

    def _for(self, target: str, wishes: Wishes, where: Place) -> Options | None:
        """What is otherwise for a language, under whatever tag it is written."""
        from dubbing.job import target_code

        with _told(self.text, where):
            meant = {target_code(tag): options for tag, options in wishes.by_language.items()}
        return meant.get(target)

    def _beside(self, film: str) -> str:
        """A film that lies elsewhere is dubbed into the manifest's folder."""
        return "{stem}.{lang}{ext}" if is_url(film) else OUTPUT

    def _name(self, film: str) -> str:
        if is_url(film):
            return bare(film)
        path = Path(film)
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else film

    def _profile(
        self, number: int, name: str | None, options: Options, target: str, variety: Variety
    ) -> Profile:
        key = digest([name, target, *variety, options.model_dump(mode="json")])
        if key not in self.profiles:
            where: Place = ("jobs", number)
            with _told(self.text, (*where, "profile")):
                base = load_profile(self._profile_place(name or "embedded"))
                _check_program(base)
            with _told(self.text, where):
                values = profile_values(options, target, self.root, outside=self.outside)
            unknown = [stage for stage in values if stage not in Profile.model_fields]
            not_stages = [s for s in values if s in ("name", "threads", "ffmpeg")]
            if unknown or not_stages:
                named = (*unknown, *not_stages)[0]
                raise self.text.error((*where, "settings", named), "there is no such stage.")
            with _told(self.text, (*where, "settings")):
                self.profiles[key] = base.with_values(values).in_variety(*variety)
        return self.profiles[key]

    def _profile_place(self, name: str) -> str:
        """A shipped profile by its name; a file counts from the manifest's folder."""
        if Path(name).suffix in (".yaml", ".yml"):
            return str(inside(self.root, name, outside=self.outside))
        return name


def _check_program(profile: Profile) -> None:
    """A manifest may come from somebody else: it chooses no program that runs here."""
    if profile.ffmpeg is not None:
        raise UsageError(
            "the profile names an ffmpeg, which a manifest may not.",
            hint=f"Set {VARIABLE} where the batch runs, or say {OPTION}.",
        )


class _told:
    """Tells where in the manifest it stands what a part of the program refuses."""

    def __init__(self, text: Text, where: Place) -> None:
        self.text, self.where = text, where

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Wrap what is ours, and what the system says of odd names."""
        if isinstance(error, DubbingError):
            raise self.text.error(self.where, error.message, error.hint) from error
        if isinstance(error, OSError | ValueError | RecursionError):
            raise self.text.error(self.where, f"it cannot be taken ({error}).") from error


def _no_output_twice(text: Text, jobs: tuple[Wanted, ...]) -> None:
    """Two jobs that write one file would destroy each other's work."""
    first: dict[str, Wanted] = {}
    sources = {job.source for job in jobs}
    for job in jobs:
        other = first.setdefault(job.output, job)
        if other is not job and other != job:
            raise BadSettings(
                f"{text.name}: {other.film} and {job.film} ({job.target}) are both to be written "
                f"to {job.output}.",
                hint="Use {stem} or {name} in the output.",
            )
        if job.output in sources:
            raise BadSettings(f"{text.name}: {job.output} is itself a film of the batch.")
