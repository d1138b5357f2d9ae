"""Make the pictures of README and the documentation from a finished dub.

    dub samples/portrait.mp4 --to es
    python scripts/make_docs_images.py samples/portrait.dub --out docs/images

Writes ``before_after.png`` (frames, waveforms and texts of film and dub), ``review.png`` (the review
page) and ``line.png`` (the drawing of one line). Pages are drawn by Chromium; pictures keep 256 colours.
"""

from __future__ import annotations

import argparse
import base64
import html
import io
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from dubbing.cli.plot import plot
from dubbing.cli.preview import preview
from dubbing.cli.show import finished
from dubbing.review.job_file import read_job
from dubbing.timeline import Timeline

SHOWN_S = 10.0
WIDTH_PX = 1180
BARS = 236
COLOURS = 256
STYLE = """
body { margin: 0; width: 1180px; background: #fff; color: #1d2430;
       font: 15px "DejaVu Sans", "Noto Sans", sans-serif }
div.strip { position: relative; height: 118px }
div.strip img { position: absolute; height: 110px; border-radius: 5px }
div.row { position: relative; height: 90px; margin-top: 6px; background: #f4f6f9; border-radius: 5px }
div.row b { position: absolute; left: 6px; top: 2px; font-size: 11px; color: #667085; z-index: 1 }
svg { position: absolute; inset: 0 }
p { position: absolute; margin: 0; top: 54px; font-size: 12.5px; line-height: 16px }
"""


def main() -> None:
    """Make the three pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--line", type=int, default=2, help="Line to draw.")
    options = parser.parse_args()
    timeline = finished(options.workspace, None)
    film = read_job(options.workspace, timeline.target_language).source
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        save(strip(browser, film, timeline), options.out / "before_after.png")
        save(review_page(browser, options.workspace), options.out / "review.png")
        browser.close()
    with tempfile.TemporaryDirectory() as folder:
        drawing = Path(folder) / "line.png"
        plot(options.workspace, options.line, None, drawing)
        save(drawing.read_bytes(), options.out / "line.png")


def strip(browser: Browser, film: Path, timeline: Timeline) -> bytes:
    """Return frames of the film above the waveforms and texts of film and dub, on one time axis."""
    assert timeline.output is not None
    dubbed = Path(timeline.output.path)
    texts = [(line.span.start_ms / 1000, line.text, line.spoken_text) for line in timeline.lines]
    frames = "".join(
        f'<img src="data:image/jpeg;base64,{picture}" style="left:{WIDTH_PX * number / 7:.0f}px">'
        for number, picture in enumerate(pictures(film, 7))
    )
    rows = (
        ("before", "#8792a5", film, [(start, source) for start, source, _ in texts]),
        ("after", "#3f66a0", dubbed, [(start, spoken) for start, _, spoken in texts]),
    )
    body = "".join(row(*each) for each in rows)
    page = browser.new_page(viewport={"width": WIDTH_PX, "height": 318})
    page.set_content(f'<style>{STYLE}</style><div class="strip">{frames}</div>{body}')
    return page.screenshot()


def row(name: str, colour: str, film: Path, texts: Sequence[tuple[float, str]]) -> str:
    """Return one waveform with its texts, each where it begins."""
    bars = "".join(
        f'<rect x="{number * WIDTH_PX / BARS:.1f}" y="{30 - 22 * height:.1f}" width="3" '
        f'height="{44 * height + 1:.1f}" fill="{colour}"/>'
        for number, height in enumerate(loudness(film))
    )
    ends = [*(start for start, _ in texts[1:]), SHOWN_S]
    px_per_s = WIDTH_PX / SHOWN_S
    words = "".join(
        f'<p style="left:{px_per_s * start:.0f}px;width:{px_per_s * (end - start) - 12:.0f}px">'
        f"{html.escape(text)}</p>"
        for (start, text), end in zip(texts, ends, strict=True)
    )
    drawn = f'<svg viewBox="0 0 {WIDTH_PX} 72" width="{WIDTH_PX}" height="72">{bars}</svg>'
    return f'<div class="row"><b>{name}</b>{drawn}{words}</div>'


def pictures(film: Path, count: int) -> list[str]:
    """Return frames at equal distances, as JPEG in base64."""
    wanted = [SHOWN_S * (number + 0.5) / count for number in range(count)]
    found: list[str] = []
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            if len(found) < count and (frame.time or 0.0) >= wanted[len(found)]:
                buffer = io.BytesIO()
                frame.to_image().save(buffer, "JPEG", quality=85)
                found.append(base64.b64encode(buffer.getvalue()).decode())
    return found


def loudness(film: Path) -> list[float]:
    """Return the level of the first sound track in equal windows, 0 to 1."""
    with av.open(str(film)) as container:
        rate_hz = container.streams.audio[0].rate
        sound = np.concatenate([f.to_ndarray().mean(axis=0) for f in container.decode(audio=0)])
    window = int(SHOWN_S * rate_hz / BARS)
    sound = np.pad(sound, (0, max(0, window * BARS - len(sound))))[: window * BARS]
    levels = np.sqrt(np.mean(sound.reshape(BARS, window) ** 2, axis=1))
    return list(np.minimum(1, levels / np.percentile(levels, 98)))


def review_page(browser: Browser, workspace: Path) -> bytes:
    """Return the review page with a line selected."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "review"
        preview(workspace, target, quiet=True)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto((target / "index.html").as_uri())
        _settle(page)
        page.keyboard.press("ArrowDown")
        _settle(page)
        return page.screenshot()


def _settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)


def save(picture: bytes, path: Path) -> None:
    """Write a PNG of few colours."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
