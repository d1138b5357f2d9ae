"""The judge of synchrony learns what goes together and finds what was moved; planning never sees it."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from dubbing.arrays import Audio
from dubbing.errors import BadSettings, UsageError
from dubbing.metrics import sync_judge
from dubbing.metrics.sync_inputs import heard_inputs, on_clock_of, seen_inputs, spectra_db
from dubbing.metrics.sync_judge import Curve, SyncJudge, opinion, pooled, verdict
from dubbing.timing.lips import CONFIDENCE, Lips, lips_from_mouth
from dubbing.training.augment import Scene
from dubbing.training.sync_pairs import (
    RecordedPair,
    recorded_pairs,
    spectra_of,
    spoken_pairs,
    varied,
)
from dubbing.training.sync_trainer import (
    JudgeRecipe,
    JudgeTrainer,
    contrast_loss,
    load_judge_recipe,
    similarities,
)
from dubbing.training.sync_trials import Window, middle, recorded, tried

ROOT = Path(__file__).parent.parent.parent
RATE_HZ = 16_000
TINY = JudgeRecipe(steps=60, batch_size=8, real_share=1.0, dropout=0.0, longest_frames=40)


def chatter(seed: int, person: str = "somebody", seconds: float = 4.0) -> RecordedPair:
    """A mouth that opens at random, and a hum as loud as it is open."""
    rng = np.random.default_rng(seed)
    times_ms = np.arange(0, seconds * 1000, 40.0)
    knots = np.arange(0, seconds * 1000 + 200, 110.0)
    opening = np.interp(
        times_ms, knots, rng.uniform(0, 0.2, len(knots)) * (rng.random(len(knots)) > 0.3)
    )
    mouth = np.stack([opening, 0.5 + opening / 5, opening / 3, np.full(len(opening), 0.1)], axis=1)
    clock = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    loud = np.interp(clock * 1000, times_ms, opening) / 0.2
    noise = rng.normal(size=len(clock)) * 0.3
    samples = (loud**2 * noise).astype(np.float32)
    return RecordedPair(
        person, f"c{seed}", lips_from_mouth(mouth, times_ms), Audio(samples[None], RATE_HZ)
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    trainer = JudgeTrainer(TINY, {"somebody": [chatter(n) for n in range(12)]}, [])
    losses: list[float] = []
    trainer.run(lambda step, loss: losses.append(loss))
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.5
    path = tmp_path_factory.mktemp("judge") / "tiny.safetensors"
    trainer.save_weights(path, {"made_by": "a test"})
    return path


def test_a_judge_of_a_minutes_training_finds_what_was_moved(trained: Path) -> None:
    judge = SyncJudge(trained)
    windows = [middle(chatter(n, f"p{n}")) for n in range(100, 108)]
    assert all(window is not None for window in windows)
    row = tried(judge, windows, windows, np.random.default_rng(0)).summary()
    assert row["clips"] == 8
    assert row["within_40_ms"] >= 0.9
    assert row["by_planted_ms"]["200"] >= 0.8
    assert row["true_is_nearer"] >= 0.8
    assert row["distance"] < row["distance_swapped"]


def test_the_towers_without_torch_are_those_that_were_trained(trained: Path) -> None:
    trainer = JudgeTrainer(TINY, {"somebody": [chatter(0)]}, [])
    arrays = load_file(trained)
    assert all(array.dtype == np.float16 for array in arrays.values())
    state = {name: torch.from_numpy(array).float() for name, array in arrays.items()}
    trainer.net.load_state_dict(state, strict=False)
    trainer.net.eval()
    pair = chatter(3)
    seen, heard = seen_inputs(pair.lips), heard_inputs(spectra_of(pair))
    with torch.no_grad():
        lips, voice = trainer.net(torch.from_numpy(seen)[None], torch.from_numpy(heard)[None])
    judge = SyncJudge(trained)
    assert np.allclose(sync_judge.embedded(judge._lips, seen), lips[0].numpy(), atol=1e-4)
    assert np.allclose(sync_judge.embedded(judge._voice, heard), voice[0].numpy(), atol=1e-4)


def test_training_repeats_exactly() -> None:
    def last_loss() -> float:
        losses: list[float] = []
        recipe = TINY.model_copy(update={"steps": 2})
        JudgeTrainer(recipe, {"a": [chatter(0), chatter(1)]}, []).run(
            lambda _, loss: losses.append(loss)
        )
        return losses[-1]

    assert last_loss() == last_loss()


def test_a_true_partner_costs_less_than_a_shifted_one() -> None:
    torch.manual_seed(0)
    voice = torch.nn.functional.normalize(torch.randn(4, 50, 8), dim=2)
    true, late = voice[:, 15:35], voice[:, 18:38]
    found = similarities(true, voice)
    assert found.shape == (4, 4, 31)
    assert torch.allclose(found[range(4), range(4), 15], torch.ones(4), atol=1e-5)
    scale = torch.tensor(20.0)
    assert contrast_loss(true, voice, scale) < contrast_loss(late, voice, scale) - 1


# -- inputs --------------------------------------------------------------------------------------


def test_level_and_microphone_do_not_change_what_is_heard() -> None:
    audio = chatter(1).audio
    heard = heard_inputs(spectra_db(audio))
    assert heard.shape == (160, 80)
    softer = Audio(audio.samples * np.float32(0.05), RATE_HZ)
    assert np.abs(heard_inputs(spectra_db(softer)) - heard).mean() < 0.02
    assert heard_inputs(spectra_db(Audio(audio.samples[:, :100], RATE_HZ))).shape == (0, 80)
    with pytest.raises(ValueError, match="16 kHz"):
        spectra_db(Audio(audio.samples, 48_000))


def test_a_click_is_heard_in_its_own_frame() -> None:
    samples = np.zeros((1, RATE_HZ), np.float32)
    samples[0, 10 * 400 + 200] = 1.0  # the middle of frame 10
    loud = spectra_db(Audio(samples, RATE_HZ)).max(axis=1).reshape(-1, 2).max(axis=1)
    assert int(loud.argmax()) == 10


def test_a_take_is_put_on_the_clock_of_the_lips() -> None:
    lips = Lips(1000, np.ones((40, 8), np.float32))
    take = Audio(np.ones((1, 8000), np.float32), RATE_HZ)
    later = on_clock_of(lips, take, 1100.0).samples[0]
    assert len(later) == 16_000
    assert (np.flatnonzero(later)[[0, -1]] == [1600, 9599]).all()
    earlier = on_clock_of(lips, take, 900.0).samples[0]
    assert (np.flatnonzero(earlier)[[0, -1]] == [0, 6399]).all()
    assert not on_clock_of(lips, take, 9000.0).samples.any()


def test_a_pair_that_is_varied_stays_in_time() -> None:
    pair, late = chatter(2, seconds=6), []
    for seed in range(12):
        lips, spectra = varied(pair, spectra_of(pair), np.random.default_rng(seed))
        assert 2 * len(lips) == len(spectra)
        heard = np.clip(spectra.max(axis=1).reshape(-1, 2).mean(axis=1), spectra.max() - 25, None)
        seen = lips.values[:, 0]
        scores = [
            np.corrcoef(seen[20:-20], np.roll(heard, -lag)[20:-20])[0, 1] for lag in range(-9, 10)
        ]
        late.append(int(np.argmax(scores)) - 9)
    assert abs(float(np.median(late))) <= 1
    assert np.mean(np.abs(late) <= 2) > 0.8


# -- the verdict ---------------------------------------------------------------------------------


def curve(least_at: int, n_frames: int = 100, depth: float = 1.0) -> Curve:
    away = np.abs(np.arange(-15, 16) - least_at)
    return Curve(2.0 - depth * np.exp(-away / 2), n_frames)


def test_a_verdict_reads_offset_distance_and_confidence() -> None:
    found = verdict(curve(4))
    assert found.offset_ms == pytest.approx(100, abs=5)
    assert found.distance == pytest.approx(np.sqrt(2 - np.exp(-2)), abs=1e-3)
    assert found.confidence > 0.3 > verdict(curve(4, depth=0.1)).confidence


def test_many_lines_are_pooled_by_their_length() -> None:
    long, short = curve(2, 900), curve(-8, 100)
    assert opinion([short, None, long]) == verdict(pooled([long, short]))
    assert opinion([short, long]).offset_ms == pytest.approx(50, abs=10)
    assert opinion([None]) is None


def test_what_is_hidden_or_short_is_not_judged(trained: Path) -> None:
    judge, window = SyncJudge(trained), middle(chatter(5))
    assert window is not None
    assert judge.judge(window.lips, window.sound()) is not None
    hidden = window.lips.values.copy()
    hidden[:, CONFIDENCE] = 0
    assert judge.judge(Lips(0, hidden), window.sound()) is None
    short = Window(window.pair, window.start_ms, 30)
    assert judge.judge(short.lips, short.sound()) is None


def test_silence_is_judged_without_harm(trained: Path) -> None:
    window = middle(chatter(5))
    assert window is not None
    silence = Audio(np.zeros_like(window.sound().samples), RATE_HZ)
    found = SyncJudge(trained).judge(window.lips, silence)
    assert found is not None
    assert np.isfinite([found.offset_ms, found.distance, found.confidence]).all()
    assert found.confidence < 0.1


def test_a_file_that_is_no_judge_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"no weights")
    with pytest.raises(UsageError, match="dub train judge"):
        SyncJudge(bad)
    with pytest.raises(UsageError):
        SyncJudge(tmp_path / "nothing.safetensors")


# -- data and recipe -----------------------------------------------------------------------------


class Hum:
    """A speech engine for which every symbol lasts four frames."""

    def durations(self, phonemes: str, voice: str) -> np.ndarray:
        return np.full(len(phonemes) + 2, 4.0, np.float32)

    def heard(self, phonemes: str, voice: str, frames: list[int]) -> tuple[float, float]:
        return 4.0, float(sum(frames) - 8)

    def speak(self, phonemes: str, voice: str, frames: list[int], delivery: object) -> Audio:
        return Audio(np.ones((1, sum(frames) * 600), np.float32) * 0.1, 24_000)


def test_synthetic_lines_know_when_their_sounds_are_made() -> None:
    lines = spoken_pairs(Hum(), ["one", "two"], np.random.default_rng(0))
    for _ in range(3):
        line = next(lines)
        assert line.audio.rate_hz == RATE_HZ
        assert 25 <= line.edges_ms[0] < line.edges_ms[-1] <= line.audio.duration_ms
        scene = line.scene(np.random.default_rng(1))
        before = scene.times_ms < line.edges_ms[0] - 500
        assert isinstance(scene, Scene)
        assert scene.mouth[~before, 0].max() > 0.03
        camera = recorded(line, np.random.default_rng(2))
        assert abs(len(camera.lips) * 25 - line.audio.duration_ms) < 60


def test_prepared_folders_are_read_but_for_what_is_held_out(tmp_path: Path) -> None:
    import soundfile

    from dubbing.timing.lips import LANDMARKS
    from tests.timing.test_lips import talking

    (tmp_path / "audio").mkdir()
    points = talking(50)
    np.savez(tmp_path / "lips.npz", clip=np.array(["a", "b"]), landmark_index=np.array(LANDMARKS),
             points=np.stack([points, points]).astype(np.float16))  # fmt: skip
    (tmp_path / "sentences.json").write_text(json.dumps({"a": "bin blue", "b": "lay red"}))
    for name in "ab":
        soundfile.write(tmp_path / "audio" / f"{name}.flac", np.zeros(2 * RATE_HZ), RATE_HZ)
    assert [pair.name for pair in recorded_pairs(tmp_path)] == ["a", "b"]
    assert [pair.name for pair in recorded_pairs(tmp_path, without=["a"])] == ["b"]


def test_a_wrong_recipe_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("stepz: 3\n")
    with pytest.raises(BadSettings):
        load_judge_recipe(wrong)
    with pytest.raises(BadSettings):
        load_judge_recipe(tmp_path / "nothing.yaml")
    with pytest.raises(UsageError):
        JudgeTrainer(TINY, {"nobody": []}, [])
    with pytest.raises(UsageError):
        JudgeTrainer(JudgeRecipe(real_share=0.5), {"one": [chatter(0)]}, [])


# -- planning never sees it ----------------------------------------------------------------------


def test_the_contract_names_every_stage_but_the_report() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    contract = next(
        c for c in contracts if "dubbing.metrics.sync_judge" in c.get("forbidden_modules", ())
    )
    stages = {f"dubbing.stages.{path.stem}" for path in (ROOT / "dubbing/stages").glob("[!_]*.py")}
    assert stages - {"dubbing.stages.report"} <= set(contract["source_modules"])
    assert "dubbing.timing" in contract["source_modules"]


def test_timing_a_line_loads_no_judge() -> None:
    program = (
        "import sys, dubbing.stages.timing, dubbing.stages.translate, dubbing.training.trainer\n"
        "sys.exit(any('sync_judge' in name for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
