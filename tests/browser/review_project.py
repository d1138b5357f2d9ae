"""A made-up film to review: any number of lines, always the same, and twelve seconds of real media.

The sounds are pure tones, so that a test can tell by ear which one it hears.
"""

from __future__ import annotations

import base64
import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

from imageio_ffmpeg import get_ffmpeg_exe

import dubbing.reviewer

PAGE = Path(dubbing.reviewer.__file__).parent / "page"
TONES_HZ = {"dub": 440, "original": 880, "bed": 220}
DURATION_MS = 12_000
LINE_MS, PITCH_MS = 1_600, 2_000
"""How long a line is, and from one to the next."""
PER_SECOND = 50
MOODS = ["neutral", "calm", "happy", "sad", "angry", "fearful", "disgusted", "surprised"]
SAYINGS = [
    ("The boat leaves at noon.", "船中午开。"),
    ("I have never seen her before.", "我以前从没见过她。"),
    ("Maybe we should wait for Peter.", "也许我们该等等彼得。"),
    ("Give me back my book, please!", "请把我的书还给我！"),
    ("Nobody believes a word of it.", "没人信这话。"),
    ("It was the best summer of my whole life.", "那是我一生中最美好的夏天。"),
]
PHONEMES = "m a p i n b o s"
FLAGS = ["fast", "translation: number", "misheard"]


def _base64(values: list[int]) -> str:
    return base64.b64encode(bytes(values)).decode()


def make_line(index: int) -> dict[str, Any]:
    """Line ``index`` of the film; its content depends on the index alone."""
    source, target = SAYINGS[index % len(SAYINGS)]
    start_ms = 200 + index * PITCH_MS
    end_ms = start_ms + LINE_MS
    step_ms = (LINE_MS - 100) // 8
    label = MOODS[index % len(MOODS)]
    opening = [round(120 + 110 * math.sin(i / 3)) for i in range(64)]
    if index % 3 == 1:
        opening[40:52] = [255] * 12
    flags = [FLAGS[index % 3]] if index % 4 == 1 else []
    return {
        "id": f"L{index:010d}",
        "number": index + 1,
        "speaker": f"S{index % 3 + 1}",
        "hash": f"{index:016x}",
        "start_ms": start_ms,
        "end_ms": end_ms,
        "earliest_ms": start_ms - 200,
        "latest_ms": end_ms + 200,
        "text": f"{source} ({index + 1})",
        "says": target,
        "kept": "",
        "dub_start_ms": start_ms + 20,
        "dub_end_ms": end_ms - 60,
        "candidates": [
            {
                "text": text,
                "score": -0.8 - 0.3 * rank,
                "reverse": -1.1,
                "natural_ms": 1400 + 300 * rank,
                "fit": 0.1 + 0.2 * rank,
                "total": -1.2 - rank,
                "flags": ["number"] if rank == 2 else [],
                "origin": "engine",
            }
            for rank, text in enumerate([target, f"{target[:-1]}吧。", f"好，{target}"])
        ],
        "pace": {"ms_per_unit": 180.0, "extra_ms": 120.0},
        "emotion": {
            "label": label,
            "intensity": 0.6,
            "valence": 0.3,
            "arousal": 0.5,
            "senses": [
                {
                    "name": sense,
                    "labels": [[label, share], ["neutral", 0.9 - share], ["calm", 0.1]],
                    "confidence": share,
                    "arousal": 0.5,
                }
                for sense, share in (("voice", 0.6), ("face", 0.7), ("text", 0.4))
            ],
        },
        "delivery": {"label": label, "intensity": 0.6, "is_chosen": False, "reason": "as heard"},
        "voice": "zf_xiaoxiao",
        "timing": {
            "natural_ms": 1700,
            "planned_ms": LINE_MS - 80,
            "tempo": 1.07,
            "rungs": ["borrow"],
            "lip_strength": 0.5,
            "added_pauses": index % 2,
            "verdict": "follows the mouth",
        },
        "lips": {"start_ms": start_ms, "frame_ms": 25, "opening": _base64(opening)}
        if index % 5 != 4
        else None,
        "phonemes": [
            [
                symbol,
                start_ms + 20 + i * step_ms,
                start_ms + 20 + (i + 1) * step_ms,
                symbol in "mpb",
            ]
            for i, symbol in enumerate(PHONEMES.split())
        ],
        "check": {
            "heard": target,
            "error_rate": 0.08 if not flags else 0.4,
            "dnsmos": 3.1,
            "start_error_ms": 4.0,
            "end_error_ms": -8.0,
        },
        "flags": flags,
        "locked": False,
        "decision": None,
    }


def make_project(n_lines: int = 6, *, has_picture: bool = True, **changes: Any) -> dict[str, Any]:
    """A project; ``changes`` replace its topmost keys."""
    lines = [make_line(index) for index in range(n_lines)]
    duration_ms = max(DURATION_MS, n_lines * PITCH_MS)
    n_peaks = duration_ms * PER_SECOND // 1000
    wave = [round(100 + 90 * math.sin(i / 7) * math.sin(i / 31)) for i in range(n_peaks)]
    project: dict[str, Any] = {
        "schema": "dubbing.ReviewProject/1",
        "live": False,
        "timeline": "0" * 64,
        "film": {
            "name": "harbour.mp4",
            "fingerprint": "f00d",
            "duration_ms": duration_ms,
            "frame_ms": 40.0,
            "has_picture": has_picture,
            "source": {"code": "en", "name": "English", "dir": "ltr"},
            "target": {"code": "zh", "name": "Chinese", "dir": "ltr"},
        },
        "media": {
            "picture": "media/picture.mp4" if has_picture else None,
            **{name: f"media/{name}.m4a" for name in TONES_HZ},
            "peaks": {
                "per_second": PER_SECOND,
                "original": _base64(wave),
                "dub": _base64(wave[::-1]),
            },
        },
        "speakers": [
            {
                "id": f"S{i + 1}",
                "name": name,
                "voice": "zf_xiaoxiao",
                "voice_reason": "nearest in pitch",
                "own": False,
            }
            for i, name in enumerate(["Anna", "Peter", "Old Fisherman"])
        ],
        "voices": ["zf_xiaoxiao", "zf_xiaoyi", "zm_yunxi"],
        "moods": MOODS,
        "lip_strength": 0.5,
        "lines": lines,
    }
    return {**project, **changes}


def _ffmpeg(*arguments: str) -> None:
    command = [get_ffmpeg_exe(), "-y", "-v", "error", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def make_tone(path: Path, frequency_hz: int, duration_ms: int) -> None:
    """A sine; the kind of file is that of the name."""
    tone = f"sine=frequency={frequency_hz}:sample_rate=48000:duration={duration_ms / 1000}"
    _ffmpeg("-f", "lavfi", "-i", tone, str(path))


def make_media(folder: Path) -> None:
    """The picture and three tones, under the names of the project."""
    media = folder / "media"
    media.mkdir(parents=True)
    for name, frequency_hz in TONES_HZ.items():
        make_tone(media / f"{name}.m4a", frequency_hz, DURATION_MS)
    pattern = f"testsrc=size=320x180:rate=25:duration={DURATION_MS / 1000}"
    _ffmpeg(
        *("-f", "lavfi", "-i", pattern, "-i", str(media / "dub.m4a"), "-c:v", "libx264"),
        *("-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "copy"),
        str(media / "picture.mp4"),
    )


def project_script(project: dict[str, Any]) -> str:
    """What ``project.js`` says."""
    return f"window.PROJECT = {json.dumps(project)};\n"


def write_page(folder: Path, project: dict[str, Any], media: Path | None = None) -> Path:
    """A folder as the exporter writes it; media are linked. Returns its index."""
    shutil.copytree(PAGE, folder, dirs_exist_ok=True)
    (folder / "project.js").write_text(project_script(project), encoding="utf-8")
    if media is not None and not (folder / "media").exists():
        (folder / "media").symlink_to(media / "media")
    return folder / "index.html"
