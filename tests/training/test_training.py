"""Training: its data are right, steps repeat exactly, a stopped run goes on as if it had not."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from dubbing.arrays import Audio
from dubbing.errors import BadSettings, UsageError
from dubbing.timing.aligner import (
    AlignerNet,
    closure_loss,
    forward_sum_loss,
    frame_loss,
)
from dubbing.timing.evidence import Aligner, centres_of, sound_inputs
from dubbing.timing.lips import CLOSURE, OPENING, Lips, lips_from_mouth, normalised
from dubbing.timing.visemes import sounds
from dubbing.training.augment import changed, joined
from dubbing.training.examples import Example, batch, owners
from dubbing.training.grid import Clip, prepared_clips, read_words
from dubbing.training.judge import judged, summary
from dubbing.training.phones import Phone, symbols_of
from dubbing.training.planner_judge import planner_errors
from dubbing.training.synthetic import SpokenLine, spoken_lines, synthetic_example
from dubbing.training.trainer import Recipe, Trainer, load_recipe
from dubbing.training.voicing import fit_voice
from dubbing.vision.speaking import voice_envelope, voice_inputs

ROOT = Path(__file__).parent.parent.parent
TINY = Recipe(steps=4, batch_size=2, spoken_lines=3, held_out=1, validate_every=2, real_share=0.5)


class Metronome:
    """A duration model for which every symbol lasts three frames."""

    def durations(self, phonemes: str, voice: str) -> np.ndarray:
        return np.full(len(phonemes) + 2, 3.0 if voice == "slow" else 2.5, np.float32)

    def heard(self, phonemes: str, voice: str, frames: list[int]) -> tuple[float, float]:
        return 3.0, float(sum(frames) - 6)


def line(symbols: str = "mˈama pˈata ˈiwo") -> SpokenLine:
    n = len(sounds(symbols))
    return SpokenLine(symbols, np.full(n, 3.0), np.full(n, 3.0))


def example(seed: int = 0) -> Example:
    return synthetic_example(line(), np.random.default_rng(seed))


def clip(seed: int) -> Clip:
    made = example(seed)
    edges_ms = made.lips.start_ms + made.edges * 25
    frames = np.arange(len(made.lips)) + 0.5
    voice = np.where((frames > made.edges[0]) & (frames < made.edges[-1]), 1.0, 0.0)
    return Clip(f"c{seed}", made.symbols, made.natural, edges_ms, made.lips, voice)


def test_a_synthetic_mouth_does_what_its_sounds_ask() -> None:
    seen_closed, seen_open = [], []
    for seed in range(12):
        made = example(seed)
        owner = owners(made.edges, len(made.lips))
        found = sounds(made.symbols)
        closes = np.array([False, *(s.closes for s in found), False])[owner]
        vowel = np.array([False, *(s.symbol == "a" for s in found), False])[owner]
        seen_closed.append(made.lips.values[closes, CLOSURE].mean())
        seen_open.append(made.lips.values[vowel, CLOSURE].mean())
        assert np.isfinite(made.lips.values).all()
        assert made.lips.values[vowel, OPENING].mean() > made.lips.values[closes, OPENING].mean()
    assert np.mean(seen_closed) > np.mean(seen_open) + 0.4


def test_synthetic_lines_speak_many_languages() -> None:
    rng = np.random.default_rng(1)
    made = [
        one
        for one, _ in zip(
            spoken_lines(Metronome(), ["slow", "quick"], rng), range(40), strict=False
        )
    ]
    letters = set("".join(one.symbols for one in made))
    assert {"ʨ", "ɲ"} & letters, "more than English"
    assert all(len(one.natural) == len(sounds(one.symbols)) for one in made)


def test_a_real_scene_keeps_its_truth_when_it_is_changed_and_joined() -> None:
    rng = np.random.default_rng(2)
    parts = [(c.symbols, c.natural, c.scene) for c in (clip(1), clip(2), clip(3))]
    symbols, natural, scene = joined(parts, rng)
    assert len(sounds(symbols)) == len(natural) == len(scene.edges_ms) - 1
    assert (np.diff(scene.edges_ms) > 0).all()
    assert (np.diff(scene.times_ms) > 0).all()
    filmed = changed(symbols, natural, scene, 15.0, rng)
    owner = owners(filmed.edges, len(filmed.lips))
    assert set(range(1, len(natural) + 1)) <= set(owner.tolist())


def test_phones_become_symbols_one_for_one() -> None:
    phones = [
        Phone("b", 0, 50, True, "bin"), Phone("ɪ", 50, 100, False, "bin"),
        Phone("n", 100, 150, False, "bin"), Phone(",", 150, 400, False, ""),
        Phone("æ", 400, 450, True, "at"), Phone("t", 450, 500, False, "at"),
    ]  # fmt: skip
    assert symbols_of(phones) == "bˈɪn, æt"
    assert len(sounds(symbols_of(phones))) == len(phones)


def test_losses_are_least_at_the_truth() -> None:
    made = example()
    data = batch([made], [centres_of(made.edges, len(made.lips))])
    n_sounds, n_frames = int(data.n_sounds), int(data.n_frames)
    right = torch.full((1, n_sounds, n_frames), -8.0)
    right[0, data.owner[0], torch.arange(n_frames)] = 0.0
    right = right.log_softmax(dim=1)
    wrong = torch.roll(right, 15, dims=2)
    assert frame_loss(right, data.owner) < 0.1 < frame_loss(wrong, data.owner)
    sizes = (data.n_sounds, data.n_frames)
    assert forward_sum_loss(right, *sizes) < forward_sum_loss(wrong, *sizes)
    assert closure_loss(right, data.closure, data.closes) < closure_loss(
        wrong, data.closure, data.closes
    )


def trainer(folder: Path, recipe: Recipe = TINY) -> Trainer:
    folder.mkdir(exist_ok=True)
    return Trainer(recipe, [clip(n) for n in range(5)], Metronome(), ["slow", "quick"], folder)


def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole, told = trainer(tmp_path / "whole"), []
    whole.run(lambda step: None, told.append)
    assert [news.step for news in told] == [2, 4]
    assert all(np.isfinite(list(news.losses.values())).all() for news in told)

    class Stopped(Exception):
        pass

    def stop_at_three(step: int) -> None:
        if step == 3:
            raise Stopped

    first = trainer(tmp_path / "parts")
    with pytest.raises(Stopped):
        first.run(stop_at_three, lambda news: None)
    second = trainer(tmp_path / "parts")
    second.resume()
    assert second.step == 2
    second.run(lambda step: None, lambda news: None)
    for name, value in whole.net.state_dict().items():
        assert torch.equal(value, second.net.state_dict()[name]), name


def test_another_recipe_does_not_go_on_with_this_checkpoint(tmp_path: Path) -> None:
    trainer(tmp_path).save_checkpoint()
    with pytest.raises(UsageError, match="another recipe"):
        trainer(tmp_path, TINY.model_copy(update={"seed": 8})).resume()
    with pytest.raises(UsageError, match="no checkpoint"):
        trainer(tmp_path / "elsewhere").resume()


def test_the_graph_says_what_the_network_says(tmp_path: Path) -> None:
    one = trainer(tmp_path)
    one.save_weights({"made_by": "a test"})
    made = example(5)
    found = sounds(made.symbols)
    theirs = Aligner(tmp_path / "aligner.onnx").look(found, made.natural, made.edges, made.lips)
    ours = one.look(found, made.natural, made.edges, made.lips)
    assert np.abs(theirs[0] - ours[0]).max() < 1e-3
    assert np.abs(theirs[1] - ours[1]).max() < 1e-4


def test_the_shipped_weights_are_those_of_the_shipped_graph() -> None:
    folder = ROOT / "dubbing/models/data"
    net = AlignerNet()
    net.load_state_dict(load_file(folder / "aligner.safetensors"))
    net.eval()
    made = example(6)
    found = sounds(made.symbols)
    with torch.no_grad():
        log_p, _ = net(
            torch.from_numpy(sound_inputs(found, made.natural))[None],
            torch.from_numpy(centres_of(made.edges, len(made.lips)).astype(np.float32))[None],
            torch.from_numpy(normalised(made.lips))[None],
            torch.tensor([len(found) + 2]),
            torch.tensor([len(made.lips)]),
        )
    theirs, _ = Aligner().look(found, made.natural, made.edges, made.lips)
    assert np.abs(theirs - log_p[0].numpy()).max() < 1e-3
    assert sum(p.numel() for p in net.parameters()) < 2_000_000


def test_the_shipped_network_beats_not_looking() -> None:
    """On synthetic mouths it has never seen; real people are judged by `--evaluate`."""
    total = summary([judged(example(seed), Aligner().look) for seed in range(100, 130)])
    assert total["ours_median_ms"] <= 50
    assert total["better_than_best_baseline"] > 0.3


def test_a_voice_is_read_from_lips_that_make_it() -> None:
    rng = np.random.default_rng(4)

    def pair() -> tuple[Lips, Audio]:
        """Lips that open when it is loud, as the voice of the same mouth."""
        opening = np.clip(np.convolve(rng.normal(size=120), np.ones(6) / 2, "same"), 0, None) * 0.1
        mouth = np.stack([opening, 0.5 + 0 * opening, opening / 2, 0.15 + 0 * opening], axis=1)
        loud = np.repeat(np.where(opening > 0.02, 0.3, 0.001), 400)
        sound = (rng.normal(size=len(loud)) * loud).astype(np.float32)
        lips = lips_from_mouth(mouth, (np.arange(120) + 0.5) * 25.0)
        return lips, Audio(sound[np.newaxis], 16_000)

    weights = fit_voice(pair() for _ in range(30))
    lips, audio = pair()
    expected = voice_inputs(lips) @ weights
    envelope = voice_envelope(audio)[: len(expected)]
    assert np.corrcoef(expected[: len(envelope)], envelope)[0, 1] > 0.7
    with pytest.raises(UsageError):
        fit_voice([])


def test_recipes_are_checked(tmp_path: Path) -> None:
    assert load_recipe(ROOT / "dubbing/training/aligner.yaml") == Recipe()
    (tmp_path / "bad.yaml").write_text("steps: many\n")
    with pytest.raises(BadSettings, match="steps"):
        load_recipe(tmp_path / "bad.yaml")
    with pytest.raises(BadSettings, match="no recipe"):
        load_recipe(tmp_path / "none.yaml")


def test_word_times_are_read_strictly(tmp_path: Path) -> None:
    path = tmp_path / "a.align"
    path.write_text("0 17750 sil\n17750 22500 bin\n22500 27000 blue\n27000 74500 sil\n")
    assert read_words(path) == ["bin", "blue"]
    path.write_text("0 17750 sil\nbin\n")
    with pytest.raises(UsageError, match="line 2"):
        read_words(path)


def test_a_folder_without_clips_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no prepared clips"):
        list(prepared_clips(tmp_path, Metronome()))
    (tmp_path / "words.json").write_text(json.dumps({}))
    with pytest.raises(UsageError, match="no prepared clips"):
        list(prepared_clips(tmp_path, Metronome()))


def test_the_planner_of_dubs_is_judged_part_by_part() -> None:
    def true_network(found, natural, edges, lips):
        """A network that knows the truth of the clip in hand."""
        owner = owners(truth.example.edges, len(truth.lips))
        first = round((lips.start_ms - truth.lips.start_ms) / 25)
        log_p = np.full((len(found) + 2, len(lips)), -5.0)
        for frame in range(len(lips)):
            log_p[owner[np.clip(first + frame, 0, len(owner) - 1)], frame] = 0.0
        return log_p, np.zeros(len(found))

    truth = clip(3)
    rows = planner_errors([truth], true_network)
    assert rows["network alone"]["median_ms"] <= 25
    assert rows["network alone"]["median_ms"] < rows["rules alone (closure, rest)"]["median_ms"]
    assert rows["as dubs are timed"]["mean_ms"] < rows["natural lengths"]["mean_ms"]
    with pytest.raises(ValueError, match="no clip"):
        planner_errors([], true_network)
