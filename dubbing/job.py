"""One film into one language: from what the user asked for to a finished timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dubbing.diarization.people_file import People
from dubbing.engines.translation import SpokenBy
from dubbing.engines.translation.auto import settled
from dubbing.errors import UnknownLanguage, UsageError
from dubbing.file_names import check_name, shortened, stem_of
from dubbing.film_identity import film_identity
from dubbing.language.languages import SPOKEN, language, same_language, spoken_code
from dubbing.media.containers import choose_container
from dubbing.media.ffmpeg_check import passed_before
from dubbing.media.ffmpeg_choice import asked_for_ffmpeg, current_ffmpeg, preferred_ffmpeg
from dubbing.media.left_out import left_out_note
from dubbing.media.mux import check_container, check_picture, sound_note
from dubbing.media.probe import MediaInfo, probe
from dubbing.models.catalogue import catalogue
from dubbing.models.resolver import resolve
from dubbing.outputs import check_output
from dubbing.pipeline import Run, Stage, engines_used, load_stages, run_stages
from dubbing.progress import Event, Listener, silence
from dubbing.project.reading import read_state
from dubbing.project.state import ProjectState
from dubbing.registry import Engines, check_installed, engine_class
from dubbing.review.job_file import KeptJob, keep_job, kept_translator
from dubbing.review.locks import lock_accepted
from dubbing.servers import ANY_SERVER
from dubbing.settings import AS_HEARD, AUTO, Profile, load_profile, load_recipe
from dubbing.temporary import owner_of, sweep_here
from dubbing.timeline import Timeline
from dubbing.voice import consent
from dubbing.voice.consent import Consent
from dubbing.voice.ledger import enter_uses
from dubbing.voice.standing import refuse_repeated
from dubbing.voice.trust import is_trusted
from dubbing.working_space import check_space, workspace_bytes
from dubbing.workspace import Workspace
from dubbing.workspace_marker import check_workspace


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked for; ``None`` where the program shall choose."""

    source: Path
    target: str
    output: Path | None = None
    workspace: Path | None = None
    recipe: str = "dub"
    from_stage: str | None = None
    until: str | None = None
    force: bool = False
    consents: tuple[str, ...] = ()
    """Who allows their voice to be cloned, e.g. ``S1=Anna Example: contract of 2 May``."""
    cast: Mapping[str, str] = field(default_factory=dict)
    """Voices by speaker; they outweigh the casting of the workspace."""
    people: People = field(default_factory=People)
    """Names by speaker; they outweigh those that the workspace keeps."""
    maker: Path | None = None
    """The folder whose outputs may be replaced: of a batch; ``None`` is the workspace."""


def dub(
    source: str | Path,
    to: str,
    *,
    output: str | Path | None = None,
    profile: str | Profile = "embedded",
    listener: Listener = silence,
    engines: Engines | None = None,
) -> Timeline:
    """Dub a file and give back the timeline; ``timeline.output.path`` is the dubbed file.

    Args:
        source: anything that FFmpeg reads.
        to: target language, e.g. ``"zh"``.
        output: where to; beside the source if ``None``.
        profile: name of a shipped profile, path of a file, or a profile.
        listener: called with every progress event.
        engines: pass the same object to several calls, and models are loaded once.

    Raises:
        DubbingError: one of its children, with a sentence for the user.
    """
    settings = profile if isinstance(profile, Profile) else load_profile(profile)
    job = Job(Path(source), to, None if output is None else Path(output))
    return run_job(
        job, settings, engines or Engines(settings.threads, servers=ANY_SERVER), listener
    )


def run_job(job: Job, profile: Profile, engines: Engines, listener: Listener = silence) -> Timeline:
    """Check everything that can be checked, then take the film through its recipe."""
    target_code(job.target)
    with preferred_ffmpeg(profile.ffmpeg):
        _check_ffmpeg(listener)
        return _run_job(job, profile, engines, listener)


def _check_ffmpeg(listener: Listener) -> None:
    """Refuse an ffmpeg that is missing or not able enough before anything is done."""
    asked_for = asked_for_ffmpeg()
    if asked_for is not None and not passed_before(asked_for):
        listener(Event("note", "", f"First run with {asked_for}: it is tried out …"))
    current_ffmpeg()


def _run_job(job: Job, profile: Profile, engines: Engines, listener: Listener) -> Timeline:
    target = target_code(job.target)
    check_languages(profile, target)
    asked_for = language(job.target)
    profile = profile.in_variety(asked_for.written, asked_for.accent)
    source = _existing(job.source)
    for place in (job.output, job.workspace, source.parent):
        if place is not None:
            check_name(place.absolute())
    stages = _until(load_stages(load_recipe(job.recipe)), job)
    if note := asked_for.note:
        listener(Event("note", "", note))
    folder = _folder(job, source)
    if any(stage.name == "translate" for stage in stages):
        profile = _settled(profile, folder, target, listener)
    _check_engines(stages, profile, target, listener)
    info = probe(source)
    track = info.choose_audio(profile.ingest.audio_track)
    output = _output(job, source, target, info)
    if any(stage.name == "mux" for stage in stages):
        check_picture(info)
        for note in (
            sound_note(info, track, output.suffix),
            left_out_note(info, output.suffix.lower()),
        ):
            if note:
                listener(Event("note", "", note))
    maker = job.maker or folder
    is_written = any("output" in stage.writes for stage in stages)
    _check_place(output, folder, maker, job.force or not is_written)
    if not folder.is_dir():  # else some of it is there already
        check_space(folder, workspace_bytes(info.duration_ms, info.audio[track].n_channels))
    with Workspace(folder) as workspace:
        sweep_here(output.parent, owner_of(workspace.root))
        kept = KeptJob(source, output, job.recipe, profile, job.cast, job.people)
        keep_job(workspace.root, target, kept)
        run = Run(workspace, source, output, engines, listener, maker=maker)
        asked = ProjectState(
            cast=job.cast,
            names=job.people.names,
            line_speakers=job.people.lines,
            hints=_hints(profile, target),
            consents=_consents(job, run, film_identity(source, listener)),
        )
        run.project = read_state(workspace.root, target, asked)
        fresh_from = stages[0].name if job.force and not job.from_stage else job.from_stage
        timeline = run_stages(stages, Timeline(target), run, profile, fresh_from=fresh_from)
        if job.until is None:
            lock_accepted(workspace.root, timeline)
    enter_uses(timeline)
    return timeline


def target_code(tag: str) -> str:
    """The code under which a language is spoken here.

    Raises:
        UnknownLanguage: if it is none, or has no voice.
    """
    code = spoken_code(language(tag).code)
    if code is None:
        raise UnknownLanguage(
            f"There is no voice for {language(tag).name}.",
            hint=f"Languages that can be spoken: {', '.join(SPOKEN)}.",
        )
    return code


def check_languages(profile: Profile, target: str) -> None:
    """Refuse what the film's language, where a person named it, makes impossible.

    Raises:
        UnknownLanguage: if nobody here can hear it.
        UsageError: if the film speaks the target language, and shall not be spoken again.
    """
    heard = profile.transcribe.language
    if heard is None:
        return
    source = language(heard)
    kind = check_installed("asr", profile.transcribe.engine)
    hears = getattr(kind, "languages", None)
    if hears is not None and heard not in hears:
        raise UnknownLanguage(
            f"The recognizer '{profile.transcribe.engine}' does not know {source.name}.",
            hint="Name another language with --from, or leave it out: it is found out then.",
        )
    if spoken_code(source.code) == target and profile.translate.revoice is False:
        raise same_language(source.name)


def _existing(source: Path) -> Path:
    try:
        is_there = source.exists()
    except (OSError, ValueError):  # a name longer than any can be
        is_there = False
    if not is_there:
        raise UsageError(f"There is no file {shortened(str(source))}.", hint="Check the path.")
    if source.is_dir():
        raise UsageError(f"{source} is a folder, not a film.", hint="Name one file in it.")
    return source.absolute()


def _hints(profile: Profile, target: str) -> tuple[SpokenBy, ...]:
    """Who speaks when, where a person's text of the film says so."""
    kind = engine_class("translation", profile.translate.engine)
    if not hasattr(kind, "speakers"):
        return ()
    return tuple(kind.speakers(profile.translate.engine_options, target))


def _consents(job: Job, run: Run, film: str) -> tuple[Consent, ...]:
    """What was allowed for this film, now and in earlier runs; new records are kept beside it."""
    path = run.workspace.root / consent.FILE_NAME
    kept = consent.load_all(path)
    known = tuple(item for item in kept if item.subject == film)
    if len(known) < len(kept):
        run.note(
            f"{len(kept) - len(known)} of the consents in {path} do not count: they were given for "
            "another film, or for this one before it was changed. Record them again with --consent."
        )
    for text in job.consents:
        refuse_repeated(consent.parse_flag(text), known)
    new = tuple(consent.read_flag(text, film) for text in job.consents)
    if new:
        consent.save(path, (*kept, *new))
    # what is signed by a strange key never outranks what counts
    return tuple(sorted((*known, *new), key=lambda item: is_trusted(item.public_key)))


def _until(stages: tuple[Stage, ...], job: Job) -> tuple[Stage, ...]:
    names = [stage.name for stage in stages]
    for wanted in (job.from_stage, job.until):
        if wanted is not None and wanted not in names:
            raise UsageError(f"There is no stage '{wanted}'.", hint=f"Stages: {', '.join(names)}.")
    return stages if job.until is None else stages[: names.index(job.until) + 1]


def _settled(profile: Profile, folder: Path, target: str, listener: Listener) -> Profile:
    """The profile with the translator that this machine has room for, where the choice is left to us.

    A film that is said to speak the target language needs none.
    """
    if profile.translate.engine != AUTO:
        return profile
    heard = profile.transcribe.language
    if heard is not None and spoken_code(language(heard).code) == target:
        return profile.with_translator(AS_HEARD)
    found = settled(kept_translator(folder, target))
    if found.why:
        listener(Event("note", "", f"The small translators are used: {found.why}. {found.hint}"))
    return profile.with_translator(found.engine)


def _check_engines(
    stages: tuple[Stage, ...], profile: Profile, target: str, listener: Listener
) -> None:
    """Find every engine, its weights and files, so that what is missing is missed in the first second.

    Weights that were never prepared are prepared now, and the listener is told why it takes a while.
    """

    def tell(what: str, share: float) -> None:
        if share == 0.0:
            listener(Event("note", "", f"First run: {what} …"))

    for stage in stages:
        for role, name, options in engines_used(stage, profile):
            kind = check_installed(role, name, options)
            if hasattr(kind, "check"):
                kind.check(options, target)
            for weights in kind.weights:
                if weights in catalogue():
                    resolve(weights, progress=tell)
        for weights in stage.weights:
            resolve(weights, progress=tell)


def _folder(job: Job, source: Path) -> Path:
    """The workspace: as told, else beside the dub."""
    if job.workspace is not None:
        return job.workspace
    beside = source if job.output is None else job.output.absolute()
    place = beside if beside.is_dir() else beside.parent
    return place / f"{stem_of(source)}.dub"


def _output(job: Job, source: Path, target: str, info: MediaInfo) -> Path:
    """Where the dub goes: as told, else beside the source with the language in its name."""
    if job.output is None:
        return source.with_name(f"{stem_of(source)}.{target}{choose_container(info)}")
    output = job.output.absolute()
    if output.is_dir():
        return output / f"{stem_of(source)}.{target}{choose_container(info)}"
    if output.exists() and output.samefile(source):
        raise UsageError("The output would overwrite the film itself.", hint="Name another one.")
    check_container(output, info)
    return output


def _check_place(output: Path, folder: Path, maker: Path, may_replace: bool) -> None:
    if not output.parent.is_dir():
        raise UsageError(f"There is no folder {output.parent}.", hint="Make it first.")
    check_workspace(folder)
    if not may_replace:
        check_output(output, maker)
