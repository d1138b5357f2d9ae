"""A line drawn: the mouth over time, what is said when in three timings, and the sound.

One drawing for everything: inline in the HTML report, an SVG file, or a PNG of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.language.phoneme_classes import SymbolKind, kind
from dubbing.language.xml_text import in_xml
from dubbing.metrics.mouth import SpokenSound
from dubbing.review.templates import template
from dubbing.timeline import FRAME_MS
from dubbing.timing.lips import OPENING, Lips, closures, moves, stretches

WIDTH, LEFT, RIGHT = 980, 92, 10
CURVE_HEIGHT, ROW_HEIGHT, WAVE_HEIGHT, GAP = 86, 26, 46, 8
LETTER_PX = 6.5
"""Blocks too narrow for their letters carry none."""
IPA = {
    "ꭧ": "tʂ",
    "A": "eɪ",
    "I": "aɪ",
    "O": "oʊ",
    "Q": "əʊ",
    "W": "aʊ",
    "Y": "ɔɪ",
    "S": "ʃ",
    "T": "ɾ",
}
"""Symbols of Kokoro's own, as everybody writes them."""
WAVE_STEP_PX = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A timing: its name, and its sounds with their times."""

    name: str
    sounds: tuple[SpokenSound, ...]


def drawing(
    lips: Lips,
    rows: Sequence[Row],
    sound: npt.NDArray[np.float32] | None,
    sound_start_ms: float = 0.0,
    rate_hz: int = 1,
) -> str:
    """A line as SVG text; colours come from CSS variables with defaults of their own.

    Args:
        lips: the mouth; its frames are the width of the drawing.
        rows: timings, the first one ours.
        sound: mono samples of the take, ``None`` for no waveform.
        sound_start_ms: when its first sample is heard.
        rate_hz: of the sound.
    """
    scale = (WIDTH - LEFT - RIGHT) / max(1, len(lips) * FRAME_MS)

    def x(time_ms: float) -> float:
        return round(LEFT + (time_ms - lips.start_ms) * scale, 1)

    top = CURVE_HEIGHT + GAP
    wave_top = top + len(rows) * (ROW_HEIGHT + 3) + GAP
    svg = template("line.svg.j2").render(
        width=WIDTH,
        left=LEFT,
        right=WIDTH - RIGHT,
        height=wave_top + WAVE_HEIGHT + 18,
        curve_height=CURVE_HEIGHT,
        row_height=ROW_HEIGHT,
        curve=_curve(lips, x),
        working=[(x(a), x(b)) for a, b in _times(stretches(moves(lips)), lips)],
        closed=[(x(a), x(b)) for a, b in _times(closures(lips), lips)],
        rows=[_row(item, top + n * (ROW_HEIGHT + 3), x) for n, item in enumerate(rows)],
        wave=_wave(sound, sound_start_ms, rate_hz, x, wave_top + WAVE_HEIGHT / 2),
        wave_middle=wave_top + WAVE_HEIGHT / 2,
        ticks=[(x(t), f"{t / 1000:g} s") for t in _ticks(lips)],
    )
    return in_xml(svg)


def to_png(svg: str) -> bytes:
    """The drawing as PNG, twice its size, on white.

    Raises:
        EngineUnavailable: if the renderer is not installed.
    """
    from dubbing.errors import EngineUnavailable

    try:
        import resvg_py
    except ImportError as error:
        raise EngineUnavailable(
            "PNG needs resvg-py.", hint="Write an .svg or pip install resvg-py"
        ) from error
    plain = re.sub(r"var\(--\w+,(#\w+)\)", r"\1", svg)  # the renderer knows no CSS variables
    png: bytes = bytes(
        resvg_py.svg_to_bytes(
            svg_string=plain, zoom=2, background="white", font_dirs=_font_folders()
        )
    )
    return png


def _font_folders() -> list[str]:
    """DejaVu Sans knows the phonetic alphabet and comes with matplotlib, which MediaPipe brings."""
    from importlib.util import find_spec
    from pathlib import Path

    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        return []
    return [str(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf")]


def _times(frames: Sequence[tuple[int, int]], lips: Lips) -> list[tuple[float, float]]:
    return [(lips.start_ms + a * FRAME_MS, lips.start_ms + b * FRAME_MS) for a, b in frames]


def _curve(lips: Lips, x: Any) -> str:
    """Points of the opening, from the closed level at the bottom to the widest at the top."""
    opening = lips.values[:, OPENING].astype(float)
    widest = max(float(np.percentile(opening, 99)), 0.05)
    heights = CURVE_HEIGHT - 4 - np.clip(opening / widest, 0, 1.05) * (CURVE_HEIGHT - 12)
    seen = lips.seen
    return " ".join(
        f"{x(lips.start_ms + (i + 0.5) * FRAME_MS)},{height:.1f}"
        for i, height in enumerate(heights)
        if seen[i]
    )


CLASSES = {SymbolKind.VOWEL: "v", SymbolKind.BILABIAL: "b", SymbolKind.PAUSE: "p"}
NO_LETTERS = str.maketrans("", "", "ˈˌ")


def _row(item: Row, top: float, x: Any) -> dict[str, Any]:
    blocks = []
    for made in item.sounds:
        symbols = made.symbols.strip()
        left = x(made.start_ms)
        width = max(0.5, round(x(made.end_ms) - left - 0.6, 1))
        letters = ipa(symbols)
        label = letters if width >= LETTER_PX * len(letters) + 2 else ""
        blocks.append((left, width, _class(symbols), label))
    return {"name": item.name, "top": top, "blocks": blocks}


def ipa(symbols: str) -> str:
    """The letters of a sound as everybody writes them, without its stress."""
    return "".join(IPA.get(symbol, symbol) for symbol in symbols.translate(NO_LETTERS))


def _class(symbols: str) -> str:
    kinds = [kind(symbol) for symbol in symbols]
    return next((CLASSES[k] for k in kinds if k in CLASSES), "c")


def _wave(
    sound: npt.NDArray[np.float32] | None, start_ms: float, rate_hz: int, x: Any, middle: float
) -> str:
    """One vertical stroke every two pixels, as long as the sound is loud there."""
    if sound is None or not len(sound):
        return ""
    begin, end = x(start_ms), x(start_ms + len(sound) * 1000 / rate_hz)
    n_strokes = max(1, int((end - begin) / WAVE_STEP_PX))
    parts = np.array_split(np.abs(sound), n_strokes)
    loudest = max(float(np.abs(sound).max()), 1e-6)
    strokes = []
    for n, part in enumerate(parts):
        half = (float(part.max()) if len(part) else 0.0) / loudest * (WAVE_HEIGHT / 2 - 2)
        left = begin + (n + 0.5) * (end - begin) / n_strokes
        strokes.append(f"M{left:.1f} {middle - half:.1f}V{middle + half:.1f}")
    return "".join(strokes)


def _ticks(lips: Lips) -> list[float]:
    length_ms = len(lips) * FRAME_MS
    step = 250 if length_ms <= 3000 else 500 if length_ms <= 7000 else 1000
    first = -(-lips.start_ms // step) * step
    return [float(t) for t in range(first, lips.start_ms + length_ms, step)]
