"""What is fuzzed: for every area the inputs that are damaged, and the reader that must stand it.

A reader gets the path of a damaged input in a folder of its own, and may write there only.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tests.odd.commands import damaged_part, run_commands, warm_commands, workspace_parts
from tests.odd.mutations import damaged, damaged_json, damaged_text, odd_sentence
from tests.odd.review_requests import damaged_request, requests, send_request

GOLDEN = Path(__file__).parent.parent / "golden/timeline_v1.json"
Seeds = Mapping[str, bytes]
"""File names and contents."""


@dataclass(frozen=True)
class Area:
    """One kind of input."""

    seeds: Callable[[Path], Seeds]
    damage: Callable[[str, bytes, random.Random], bytes]
    read: Callable[[Path], None]
    warm: Callable[[Path], None] | None = None
    """Imports what ``read`` needs, where reading itself would leave threads behind."""


MEDIA = {
    "a.mp4": ["-c:v", "mpeg4", "-c:a", "aac"],
    "a.mkv": ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "flac"],
    "a.mov": ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"],
    "a.webm": ["-c:v", "libvpx", "-b:v", "50k", "-c:a", "libopus"],
    "a.ts": ["-c:v", "mpeg2video", "-c:a", "mp2"],
    "a.avi": ["-c:v", "mpeg4", "-c:a", "mp3"],
    "a.wav": ["-vn", "-c:a", "pcm_s16le"],
    "a.mp3": ["-vn", "-c:a", "mp3"],
    "a.ogg": ["-vn", "-c:a", "libvorbis"],
    "a.flac": ["-vn", "-c:a", "flac"],
}


def _media(folder: Path) -> Seeds:
    from dubbing.media.ffmpeg import ffmpeg_path

    for name, codecs in MEDIA.items():
        command = [ffmpeg_path(), "-nostdin", "-v", "error", "-y"]
        command += ["-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=0.5"]
        command += ["-f", "lavfi", "-i", "sine=f=440:r=16000:d=0.5", *codecs]
        subprocess.run([*command, f"file:{folder / name}"], check=True, timeout=60)
    return {name: (folder / name).read_bytes() for name in MEDIA}


def _import_media() -> None:
    import dubbing.media.extract
    import dubbing.media.mux
    import dubbing.media.probe  # noqa: F401


def _import_server() -> None:
    import uvicorn.protocols.http.h11_impl  # noqa: F401

    import dubbing.reviewer.server  # noqa: F401


def _read_media(path: Path) -> None:
    """Look at a film, take its sound, and put it back as a dub."""
    from dubbing.media.containers import choose_container
    from dubbing.media.extract import extract_audio
    from dubbing.media.mux import MuxRequest, mux
    from dubbing.media.probe import probe

    info = probe(path)
    sound = path.with_name("sound.wav")
    extract_audio(path, 0, sound, start_ms=info.start_ms, duration_ms=info.duration_ms)
    output = path.with_name(f"out{choose_container(info)}")
    mux(MuxRequest(path, sound, output, info, "zho", "Dub", 0, "eng"))
    probe(output)


SUBTITLES = {
    "a.srt": "1\n00:00:00,500 --> 00:00:01,500\nHello <i>there</i>.\n\n2\n00:00:02,000 --> 00:00:03,000\nYes.\n",
    "a.vtt": "WEBVTT\n\n00:00.500 --> 00:01.500\n<v Anna>Hello <00:00:01.000>there.\n",
    "a.ass": "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, "
             "MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:00.50,0:00:01.50,Default,,0,0,0,,{\\an8}Hello\\Nyou\n",
    "a.csv": "source,target\nHello.,Hola.\nYes.,Sí.\n",
    "a.tsv": "source\ttarget\nHello.\tHola.\n",
    "a.xlf": '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file source-language="en" '
             'target-language="es"><body><trans-unit id="1"><source>Hello.</source><target>Hola.</target>'
             "</trans-unit></body></file></xliff>",
    "a.tmx": '<tmx version="1.4"><header/><body><tu><tuv xml:lang="en"><seg>Hi.</seg></tuv><tuv xml:lang="es">'
             "<seg>Hola.</seg></tuv></tu></body></tmx>",
    "glossary.csv": "source,target\nboat,barco\n",
    "words.csv": "text,said,language\ntomato,/təˈmɑːtoʊ/,\n",
}  # fmt: skip


def _read_subtitles(path: Path) -> None:
    from dubbing.engines.translation import Passage, Request
    from dubbing.engines.translation.file import TranslationFile
    from dubbing.language.pronunciation import read_pronunciations
    from dubbing.settings import EngineOptions
    from dubbing.translation.glossary import read_glossary
    from dubbing.translation.memory_file import read_memory

    if path.name == "glossary.csv":
        read_glossary(path)
    elif path.name == "words.csv":
        read_pronunciations(path, "en")
    elif path.suffix == ".tmx":
        read_memory(path, "es")
    else:
        engine = TranslationFile(options=EngineOptions(model=str(path)))
        engine.translate([Passage("Hello.", start_ms=500, end_ms=1500)], Request("en", "es"))


def _read_timeline(path: Path) -> None:
    """A document alone, and one of a workspace whose subtitles and cue sheet are wanted."""
    from dubbing.exports.cue_sheet import cue_sheet
    from dubbing.exports.events import subtitles_of
    from dubbing.exports.film import FrameClock
    from dubbing.exports.ttml import ttml_document
    from dubbing.workspace import Workspace, read_timeline

    folder = path.parent / "film.dub"
    with Workspace(folder) as workspace:
        saved = folder / "timelines/zh/12-mix.json"
        saved.parent.mkdir(parents=True)
        saved.write_bytes(path.read_bytes())
        memo = folder / "memo/ab" / f"{'ab' * 32}.json"
        memo.parent.mkdir(parents=True)
        memo.write_bytes(path.read_bytes())
        workspace.recall("ab" * 32)  # type: ignore[arg-type]
        timeline = read_timeline(saved)
    subtitles = subtitles_of(timeline, "target", Fraction(25))
    ttml_document(subtitles, "film")
    cue_sheet(timeline, FrameClock(Fraction(25)))


REVIEW = {
    "schema": "dubbing.Review/1", "film": {"name": "a.mp4", "fingerprint": "ab" * 32}, "target_language": "zh",
    "timeline": "12-mix.json", "reviewer": "A", "written_at": "2026-01-01",
    "decisions": {"L1": {"verdict": "accepted", "text": "好", "emotion": {"label": "calm"}}},
}  # fmt: skip


def _reviews(folder: Path) -> Seeds:
    decisions = {"schema": "dubbing.Decisions/1", "lines": {"L1": {"verdict": "accepted"}}}
    return {
        "job.json": _job(folder),
        "review.json": json.dumps(REVIEW).encode(),
        "decisions.json": json.dumps(decisions).encode(),
    }


def _job(folder: Path) -> bytes:
    """How a dub was made, as its workspace keeps it."""
    from dubbing.review.job_file import KeptJob, keep_job
    from dubbing.settings import Profile

    keep_job(folder, "zh", KeptJob(Path("a.mp4"), Path("a.zh.mp4"), "dub", Profile()))
    return (folder / "jobs/zh.json").read_bytes()


def _read_review(path: Path) -> None:
    from dubbing.review.decisions_file import _path, read_decisions
    from dubbing.review.job_file import read_job
    from dubbing.reviewer.review_file import read_review

    if path.name == "job.json":
        (path.parent / "a.mp4").touch()
        (path.parent / "jobs").mkdir()
        (path.parent / "jobs/zh.json").write_bytes(path.read_bytes())
        read_job(path.parent, "zh")
        return
    if path.name == "review.json":
        read_review(path)
        return
    place = _path(path.parent, "zh")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(path.read_bytes())
    read_decisions(path.parent, "zh")


def _settings(folder: Path) -> Seeds:
    from dubbing.settings import shipped

    (folder / "a.mp4").touch()
    manifest = "title: Films\nlanguages: [zh]\nprofile: fast\njobs:\n  - input: a.mp4\n    output: out.{lang}.mp4\n"
    return {
        "profile.yaml": shipped("configs", "fast.yaml").encode(),
        "manifest.yaml": manifest.encode(),
        "manifest.json": json.dumps({"languages": ["zh"], "jobs": [{"input": "a.mp4"}]}).encode(),
        "manifest.csv": b"input,languages\na.mp4,zh\n",
    }


def _read_settings(path: Path) -> None:
    from dubbing.batch.manifest import read_manifest
    from dubbing.settings import load_profile

    (path.parent / "a.mp4").touch()
    if path.name == "profile.yaml":
        load_profile(str(path))
    else:
        read_manifest(path)


def _voices(folder: Path) -> Seeds:
    from tests.odd.voice_seeds import voice_files

    return voice_files(folder)


def _read_voice(path: Path) -> None:
    from dubbing.voice import consent, ledger, profile_file, trust
    from dubbing.voice.casting_file import read_cast

    match path.name:
        case "consent.json":
            consent.load_all(path)
        case "key.pem":
            trust.read_key(str(path))
        case "ledger.jsonl":
            ledger.read(path)
        case "casting.json":
            read_cast(path.parent)
        case _:
            _ = profile_file.read_unchecked(path, "secret").objection


def _answers(folder: Path) -> Seeds:
    del folder
    said = json.dumps(
        [{"n": 1, "translations": ["Hola.", "Buenas."]}, {"n": 2, "translations": ["Sí."]}]
    )
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    answer = {
        "choices": [{"message": {"role": "assistant", "content": f"```json\n{said}\n```"}}],
        "usage": usage,
    }
    return {"answer.json": json.dumps(answer).encode(), "said.json": said.encode()}


def _read_answer(path: Path) -> None:
    from dubbing.engines.translation import Passage
    from dubbing.engines.translation.chat_answer import completion, hypotheses

    content = path.read_bytes()
    text = (
        completion(content, "The server").text
        if path.name == "answer.json"
        else content.decode("latin-1")
    )
    found = hypotheses(text, [Passage("Hello."), Passage("Yes.")], 2)
    assert set(found) <= {0, 1}


LANGUAGES = ("en", "es", "fr", "it", "pt-br", "hi", "zh", "ja")


def _read_sentence(path: Path) -> None:
    """Whatever is written: no digit, no markup, the same twice; phonemes in the voice's vocabulary."""
    from dubbing.language.g2p import to_phonemes, vocabulary
    from dubbing.language.spoken_form import spoken_form
    from dubbing.language.unspoken import unsayable

    text = path.read_text(encoding="utf-8")
    for language in LANGUAGES:
        said = spoken_form(text, language)
        assert not re.search(r"[\d\\]", said), f"{said!r} in {language}"
        assert spoken_form(said, language) is not None
        assert isinstance(unsayable(text, language), str)
        assert set(to_phonemes(said, language)) <= set(vocabulary()), f"{said!r} in {language}"


def _texts(name: str, content: bytes, rng: random.Random) -> bytes:
    return damaged_text(content.decode("utf-8"), rng)


def _documents(name: str, content: bytes, rng: random.Random) -> bytes:
    if name.endswith(".json"):
        return damaged_json(content.decode("utf-8"), rng)
    return damaged_text(content.decode("utf-8"), rng)


def _files(name: str, content: bytes, rng: random.Random) -> bytes:
    return (
        _documents(name, content, rng)
        if name.endswith((".json", ".jsonl", ".pem"))
        else damaged(content, rng)
    )


AREAS: dict[str, Area] = {
    "media": Area(
        _media,
        lambda _name, content, rng: damaged(content, rng),
        _read_media,
        lambda _path: _import_media(),
    ),
    "subtitles": Area(
        lambda _folder: {name: text.encode() for name, text in SUBTITLES.items()},
        _texts,
        _read_subtitles,
    ),
    "timelines": Area(
        lambda _folder: {"12-mix.json": GOLDEN.read_bytes()}, _documents, _read_timeline
    ),
    "reviews": Area(_reviews, _documents, _read_review),
    "settings": Area(_settings, _documents, _read_settings),
    "voices": Area(_voices, _files, _read_voice),
    "answers": Area(_answers, _documents, _read_answer),
    "sentences": Area(
        lambda _folder: {"sentence.txt": "Hello 5 今天 カメラ 3 नमस्ते.".encode()},
        lambda _n, _c, rng: odd_sentence(rng).encode(),
        _read_sentence,
    ),
    "server": Area(requests, damaged_request, send_request, lambda _path: _import_server()),
    "commands": Area(workspace_parts, damaged_part, run_commands, warm_commands),
}
