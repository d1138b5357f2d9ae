"""How long the main job takes, stage by stage, and what our ways of running the models gain.

    python -m benchmarks.main_job [FILM] [--json FILE]

Prints seconds and real-time factor (seconds of work a second of film) of each stage, cold (models
loaded on the way) and warm (a second language-free run with models kept), and ratios against the plain
way to run the same weights, measured side by side in this process: the whole Kokoro graph,
faster-whisper without batching, transformers' ``generate`` for one sentence.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import add_options, begin
from dubbing.engines.translation import Passage, Request
from dubbing.job import Job, run_job
from dubbing.media.sound_file import read_sound
from dubbing.models.resolver import resolve
from dubbing.models.voices import voice_style
from dubbing.registry import Engines
from dubbing.settings import Profile
from dubbing.timeline import Timeline
from dubbing.workspace import Workspace

SAMPLE = Path(__file__).parent.parent / "samples/portrait.mp4"
SENTENCE = "We need to leave at seven, or we will miss the train."


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Least of a few runs: what the machine can do when nothing else disturbs it."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def stages(film: Path, folder: Path) -> tuple[dict[str, Any], Timeline]:
    """The whole job twice with the same engines: first cold, then warm."""
    engines = Engines(keep=True)
    runs: dict[str, Any] = {}
    for name in ("cold", "warm"):
        began = time.perf_counter()
        job = Job(film, "zh", folder / f"{name}.mp4", folder / f"{name}.dub")
        timeline = run_job(job, Profile(), engines)
        assert timeline.media is not None
        length_s = timeline.media.duration_ms / 1000
        total = time.perf_counter() - began
        runs[name] = {
            "film_s": length_s,
            "total_s": round(total, 2),
            "rtf": round(total / length_s, 3),
            "stages": {step.stage: step.seconds for step in timeline.history},
        }
    return runs, timeline


def kokoro_ratio(timeline: Timeline) -> dict[str, float]:
    """Our three graphs against the whole graph, on the film's longest line."""
    import onnxruntime

    from dubbing.engines.speech.kokoro import Kokoro
    from dubbing.language.g2p import vocabulary

    plan = max((line.plan for line in timeline.lines if line.plan), key=lambda p: sum(p.frames))
    voice = timeline.speakers[0].voice
    assert voice is not None
    kokoro = Kokoro(threads=os.cpu_count() or 1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    whole = onnxruntime.InferenceSession(str(resolve("kokoro-82m-int8") / "kokoro.onnx"), options)
    ids = np.array([[0, *(vocabulary()[s] for s in plan.symbols), 0]])
    style = voice_style(voice.name, len(plan.symbols)).reshape(1, 256)
    feed = dict(
        zip([i.name for i in whole.get_inputs()], (ids, style, np.ones(1, np.float32)), strict=True)
    )
    natural = [max(1, round(n)) for n in plan.natural]

    def anew() -> Kokoro:
        """With nothing remembered of the sentence."""
        kokoro._read.clear()
        kokoro._made.clear()
        return kokoro

    ours = seconds(lambda: anew().speak(plan.symbols, voice.name, natural))
    plain = seconds(lambda: whole.run(None, feed))
    durations = seconds(lambda: anew().durations(plan.symbols, voice.name))
    speech_s = sum(natural) * 0.025
    return {
        "split_s": ours,
        "whole_s": plain,
        "whole_over_split": plain / ours,
        "split_rtf": ours / speech_s,
        "durations_s": durations,
    }


def whisper_ratio(timeline: Timeline, folder: Path) -> dict[str, float]:
    """Windows side by side against faster-whisper's own sequential transcription."""
    from faster_whisper import WhisperModel

    from dubbing.engines.asr.faster_whisper import FasterWhisper
    from dubbing.stages.transcribe import listening_windows

    assert timeline.media is not None
    assert timeline.media.speech is not None
    audio = read_sound(Workspace(folder / "cold.dub").path(timeline.media.speech))
    cores = os.cpu_count() or 1
    engine = FasterWhisper(threads=cores)
    windows = listening_windows(engine.speech_windows(audio))
    samples = audio.samples[0]
    model = WhisperModel(str(resolve("whisper-base")), compute_type="int8", cpu_threads=cores)
    ours = seconds(lambda: engine.recognize(audio, windows, "en"))
    plain = seconds(
        lambda: list(
            model.transcribe(samples, language="en", vad_filter=True, word_timestamps=True)[0]
        )
    )
    return {"windows_s": ours, "sequential_s": plain, "sequential_over_windows": plain / ours}


def gemma_ratio() -> dict[str, float]:
    """CTranslate2 against transformers, one sentence, the same weights and beam."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from dubbing.engines.translation.gemma import PAIRS_TO_SHOW, Gemma, prompt_of

    request = Request("en", "zh", beam_size=4)
    gemma = Gemma(threads=os.cpu_count() or 1)
    gemma.translate([Passage(SENTENCE)], request)
    ours = seconds(lambda: gemma.translate([Passage(SENTENCE)], request))
    source = str(resolve("gemma-3-270m-gguf"))
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file="gemma.gguf")
    model: Any = AutoModelForCausalLM.from_pretrained(
        source, gguf_file="gemma.gguf", dtype=torch.float32
    )
    prompt = gemma._fixed("en", "zh", PAIRS_TO_SHOW) + prompt_of(SENTENCE, (), ("en", "zh"))
    inputs = tokenizer(prompt, return_tensors="pt")
    plain = seconds(
        lambda: model.generate(
            **inputs, num_beams=4, max_new_tokens=24, do_sample=False, stop_strings=["\n"],
            tokenizer=tokenizer,
        ),
        times=1,
    )  # fmt: skip
    return {"ctranslate2_s": ours, "transformers_s": plain, "transformers_over_ours": plain / ours}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("film", type=Path, nargs="?", default=SAMPLE)
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        runs, timeline = stages(options.film.absolute(), folder)
        result = {
            "film": options.film.name,
            "runs": runs,
            "kokoro": kokoro_ratio(timeline),
            "whisper": whisper_ratio(timeline, folder),
            "gemma": gemma_ratio(),
        }
    show(result)
    if record:
        record.write(result)


def show(result: dict[str, Any]) -> None:
    """Tables for people."""
    for name, run in result["runs"].items():
        print(f"{name}: {run['total_s']} s for {run['film_s']} s of film, RTF {run['rtf']}")
        for stage, took in run["stages"].items():
            print(f"    {stage:11s} {took:7.2f} s   RTF {took / run['film_s']:.3f}")
    for part in ("kokoro", "whisper", "gemma"):
        print(part, {name: round(value, 3) for name, value in result[part].items()})


if __name__ == "__main__":
    main()
