"""Put the finished sound beside the untouched picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from dubbing.errors import DubbingError
from dubbing.language.languages import language
from dubbing.language.script import as_written
from dubbing.language.subtitles import subtitle_text
from dubbing.media.ffmpeg import written_whole
from dubbing.media.mux import MuxRequest, SubtitleFile
from dubbing.media.mux import mux as write_container
from dubbing.media.probe import probe
from dubbing.outputs import record_output
from dubbing.pipeline import Run, stage
from dubbing.settings import MuxSettings
from dubbing.temporary import owner_of
from dubbing.timeline import OutputFile, Timeline
from dubbing.voice.credentials import Claim, can_hold_claim, cloned_voice, label
from dubbing.watermark.pattern import NAME
from dubbing.workspace import write_text


@stage(
    reads=("media", "mix", "source_language", "target_language", "lines", "speakers"),
    writes=("output", "written"),
    version=6,
    outside=("source", "output", "ffmpeg"),
)
def mux(timeline: Timeline, run: Run, settings: MuxSettings) -> Timeline:
    """Write the output file: picture copied, dub first and default, original kept, labelled."""
    assert timeline.media is not None
    assert timeline.mix is not None
    assert run.output is not None
    target = language(timeline.target_language)
    owner = owner_of(run.workspace.root)
    with (
        written_whole(run.output, owner) as film,
        _subtitles(timeline, run, settings) as subtitles,
    ):
        write_container(
            MuxRequest(
                source=run.source,
                dub_wav=run.workspace.path(timeline.mix.sound),
                output=film,
                source_info=probe(run.source),
                dub_language=target.iso639_2,
                dub_title=f"{target.name} (dubbed)",
                original_audio_track=timeline.media.audio_track,
                original_language=language(timeline.source_language).iso639_2,
                keep_original=settings.keep_original,
                subtitles=subtitles,
            )
        )
        if settings.credentials and can_hold_claim(run.output):
            label(film, _claim(timeline), owner)
        _record(run, run.output, film)
    output = OutputFile(str(run.output), run.output.stat().st_size)
    return replace(timeline, output=output, written=settings.written)


def _record(run: Run, output: Path, film: Path) -> None:
    """Remember the file as ours, so that the next run may replace it; a failure costs only that."""
    try:
        record_output(output, run.maker or run.workspace.root, film)
    except DubbingError as error:
        run.note(f"{error.message} The next run will not replace {output.name} without --force.")


def _claim(timeline: Timeline) -> Claim:
    """What the file states of itself."""
    assert timeline.media is not None
    cloned = tuple(stated for stated in map(cloned_voice, timeline.speakers) if stated is not None)
    is_marked = any(line.take is not None and line.take.is_marked for line in timeline.lines)
    return Claim(
        title=timeline.media.name,
        source_language=timeline.source_language,
        target_language=timeline.target_language,
        watermark=NAME if is_marked else "",
        cloned=cloned,
    )


@contextmanager
def _subtitles(
    timeline: Timeline, run: Run, settings: MuxSettings
) -> Iterator[tuple[SubtitleFile, ...]]:
    """Subtitle files for the time of muxing, if they are wanted: in both languages, if there are two."""
    if not settings.subtitles:
        yield ()
        return
    with ExitStack() as stack:
        files = []
        for code, said in _languages(timeline, settings.written):
            path: Path = stack.enter_context(run.workspace.new_file(".srt"))
            write_text(path, said)
            name = language(code)
            files.append(SubtitleFile(path, name.iso639_2, name.name))
        yield tuple(files)


def _languages(timeline: Timeline, written: str | None) -> tuple[tuple[str, str], ...]:
    if timeline.is_spoken_again:
        said = tuple(
            (line.plan.span, line.plan.text) if line.plan is not None else (line.span, line.text)
            for line in timeline.lines
        )
        return ((timeline.target_language, subtitle_text(said)),)
    dubbed = tuple(
        (line.plan.span, as_written(line.plan.text, written))
        for line in timeline.lines
        if line.plan is not None
    )
    heard = tuple((line.span, line.text) for line in timeline.lines)
    return (
        (timeline.target_language, subtitle_text(dubbed)),
        (timeline.source_language, subtitle_text(heard)),
    )
