"""A small film and a workspace of its dubs, made without any model."""

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from dubbing.delivery import Delivery
from dubbing.film_identity import film_identity
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.probe import probe
from dubbing.timeline import (
    FRAME_MS,
    Artifact,
    DurationPlan,
    Emotion,
    Line,
    Media,
    Mix,
    Mouth,
    OutputFile,
    Span,
    Speaker,
    Take,
    Timeline,
)
from dubbing.workspace import Workspace

RATE_HZ = 24000
LEAD_MS = 450
TAIL_MS = 300


def make_film(
    path: Path, fps: str = "25", seconds: float = 8.0, timecode: str | None = None
) -> Path:
    """A grey film with a tone, of an exact rate, and perhaps with a first timecode."""
    names = ["-timecode", timecode] if timecode else []
    subprocess.run(
        [ffmpeg_path(), "-v", "error", "-y",
         "-f", "lavfi", "-i", f"color=c=gray:s=320x180:r={fps}:d={seconds}",
         "-f", "lavfi", "-i", f"sine=f=300:r=48000:d={seconds}",
         "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac",
         *names, f"file:{path}"],
        check=True,
    )  # fmt: skip
    return path


def sound(workspace: Workspace, seconds: float, rate_hz: int = RATE_HZ) -> Artifact:
    """An artifact with a tone in it."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    with workspace.new_file(".wav") as path:
        soundfile.write(path, 0.1 * np.sin(2000 * times), rate_hz, "PCM_16")
        return workspace.adopt(path)


def plan_of(text: str, symbols: str, span: Span) -> DurationPlan:
    """A plan whose symbols share a span that is a multiple of 25 ms long."""
    total, n = span.duration_ms // FRAME_MS, len(symbols)
    frames = [total // n + (place < total % n) for place in range(n)]
    return DurationPlan(
        text=text,
        symbols=symbols,
        frames=(LEAD_MS // FRAME_MS, *frames, TAIL_MS // FRAME_MS),
        natural=tuple(float(f) for f in (18, *frames, 12)),
        first=1,
        last=n + 1,
        fade_frames=0,
        span=span,
    )


def take_of(workspace: Workspace, span: Span) -> Take:
    """A take that speaks in a span, with silence before and after."""
    seconds = (LEAD_MS + span.duration_ms + TAIL_MS) / 1000
    return Take(
        sound=sound(workspace, seconds),
        start_ms=span.start_ms - LEAD_MS,
        n_samples=round(seconds * RATE_HZ),
        rate_hz=RATE_HZ,
        speech=span,
        measured_lufs=-23.0,
    )


SAID = (
    (Span(300, 1800), "S1", "Good morning, everybody.", {"zh": "大家早上好。", "es": "Buenos días."},
     ()),
    (Span(2100, 3600), "S2", "=1+1 is two, isn't it?", {"zh": "一加一等于二，对吗？",
     "es": "Uno y uno son dos, ¿verdad?"}, ("fast", "unclear speech")),
    (Span(4000, 6500), "S1", "Come with me to the sea, {now} <i>or</i> never.",
     {"zh": "现在就跟我去海边，不然就永远别去。", "es": "Ven conmigo al mar, {ahora} <i>o</i> nunca."},
     ()),
)  # fmt: skip


def timeline_of(workspace: Workspace, film: Path, language: str) -> Timeline:
    """Three lines of two people; the last one is not spoken yet and is flagged."""
    lines = []
    for number, (span, speaker, text, says, flags) in enumerate(SAID):
        plan = plan_of(says[language], "ma→pʰa↘n", span)
        line = Line(
            id=f"L{number}", span=span, text=text, words=(), speaker=speaker, plan=plan, flags=flags
        )
        if number < 2:
            line = replace(line, take=take_of(workspace, span))
        lines.append(line)
    lines[0] = replace(
        lines[0],
        mouth=Mouth("F1", 0.9, 0.5, 0.2, 0.93),
        emotion=Emotion("happy", 0.6, 0.8, 0.7),
        delivery=Delivery("happy", 0.6, pitch_st=1.5, rate=1.08),
    )
    lines[2] = replace(lines[2], flags=("runs over",))
    info = probe(film)
    return Timeline(
        target_language=language,
        media=Media(film.name, film_identity(film), info.duration_ms, True, 0),
        source_language="en",
        speakers=(Speaker("S1", "Speaker 1"), Speaker("S2", "Speaker 2")),
        lines=tuple(lines),
        mix=Mix(sound(workspace, info.duration_ms / 1000, 48000), None, None, None),
    )


def make_workspace(film: Path, languages: tuple[str, ...] = ("zh",)) -> Workspace:
    """A workspace beside a film, with a dub (here the film itself once more) a language."""
    workspace = Workspace(film.with_suffix(".dub"))
    for language in languages:
        dub = film.with_name(f"{film.stem}.{language}.mp4")
        dub.write_bytes(film.read_bytes())
        timeline = replace(
            timeline_of(workspace, film, language),
            output=OutputFile(str(dub), dub.stat().st_size),
        )
        workspace.save_timeline(12, "mux", timeline)
    return workspace
