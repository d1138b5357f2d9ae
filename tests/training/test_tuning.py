"""Tuning a language model: it learns, goes on after a stop, and what it learnt can be merged."""

import json
from pathlib import Path

import pytest
import torch

from dubbing.errors import BadSettings, UsageError, WeightsMissing
from dubbing.models.catalogue import DATA
from dubbing.models.lora import merge, weight_names
from dubbing.models.vocabulary import (
    cut_model,
    cut_tokenizer,
    english_words,
    frequent_numbers,
    kept_tokens,
    tokens_of_all_languages,
)
from dubbing.settings import parse
from dubbing.training.tuning import Sample, Tuner, TuningRecipe, batches, samples

RECIPE = TuningRecipe(
    pairs=24, rank=4, learning_rate=0.02, tokens_a_step=200, checkpoint_every=2, backwards_share=0.3
)
PAIRS = [(f"I have {n} dogs.", f"我有{n}只狗。") for n in range(24)]


def encode(text: str) -> list[int]:
    return [3 + ord(char) % 90 for char in text]


def tiny() -> torch.nn.Module:
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    torch.manual_seed(0)
    config = Gemma3TextConfig(
        vocab_size=100, hidden_size=16, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, head_dim=8, sliding_window=64,
    )  # fmt: skip
    return Gemma3ForCausalLM(config)


def made() -> list[Sample]:
    return samples(PAIRS, ("en", "zh"), RECIPE, encode)


def test_samples_hold_the_prompt_of_the_engine_and_what_follows() -> None:
    first = samples(PAIRS[:1], ("en", "zh"), RECIPE.model_copy(update={"shown_share": 0.0}), encode)
    prompts = {(2, *encode(f"{a}: {x}\n{b}:")) for a, b, x in (
        ("English", "Chinese", PAIRS[0][0]), ("Chinese", "English", PAIRS[0][1]))}  # fmt: skip
    assert first[0].prompt in prompts
    assert made() == made()
    assert sum(map(len, made())) == sum(len(s) for group in batches(made(), RECIPE) for s in group)
    assert all(len(group) == 1 or len(max(group, key=len)) * len(group) <= 200
               for group in batches(made(), RECIPE))  # fmt: skip


def test_it_learns_and_only_the_small_layers_change(tmp_path: Path) -> None:
    model = tiny()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    tuner = Tuner(model, made() * 6, RECIPE, tmp_path)
    losses: list[float] = []
    tuner.run(lambda step, loss: losses.append(loss))
    assert sum(losses[-4:]) < 0.985 * sum(losses[:4])  # of a tiny net with random embeddings
    for name, value in model.state_dict().items():
        kept = name.replace(".kept", "")
        if kept in before:
            assert torch.equal(value, before[kept]), name


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = Tuner(tiny(), made() * 3, RECIPE, tmp_path / "a")
    (tmp_path / "a").mkdir()
    whole.run(lambda step, loss: None)
    (tmp_path / "b").mkdir()
    first = Tuner(tiny(), made() * 3, RECIPE, tmp_path / "b")
    assert len(first.batches) > 4
    with pytest.raises(KeyboardInterrupt):
        first.run(_stop_at(3))
    second = Tuner(tiny(), made() * 3, RECIPE, tmp_path / "b")
    second.resume()
    assert second.step == 2
    second.run(lambda step, loss: None)
    for (name, one), (_, other) in zip(whole._weights(), second._weights(), strict=True):
        assert torch.allclose(one, other, atol=1e-6), name
    with pytest.raises(UsageError, match="another recipe"):
        Tuner(tiny(), made(), RECIPE.model_copy(update={"seed": 6}), tmp_path / "b").resume()
    with pytest.raises(UsageError, match="no checkpoint"):
        Tuner(tiny(), made(), RECIPE, tmp_path).resume()


def _stop_at(last: int):
    def on_step(step: int, loss: float) -> None:
        if step == last:
            raise KeyboardInterrupt

    return on_step


def test_what_was_learnt_can_be_merged(tmp_path: Path) -> None:
    tuner = Tuner(tiny(), made(), RECIPE, tmp_path)
    tuner.run(lambda step, loss: None)
    tuner.save_weights(tmp_path / "w.safetensors", {"made_by": "test"})
    ids = torch.arange(3, 20)[None]
    with torch.no_grad():
        wanted = tuner.model.eval()(ids).logits
        merged = tiny().eval()
        merge(merged, tmp_path / "w.safetensors")
        assert torch.allclose(merged(ids).logits, wanted, atol=2e-3)
    other = torch.nn.Sequential(torch.nn.Linear(2, 2))
    assert weight_names(other) == ("0",)
    with pytest.raises(WeightsMissing, match="another model"):
        merge(other, tmp_path / "w.safetensors")


def test_a_recipe_out_of_range_is_refused() -> None:
    with pytest.raises(BadSettings, match="rank"):
        parse(TuningRecipe, "rank: 0", "recipe.yaml")


# -- the vocabulary ------------------------------------------------------------------------------

VOCABULARY = ["<pad>", "<eos>", "<bos>", "<unk>", "<0x41>", "a", "b", "c", "é", "▁", "你", "你好", "ab",
              "abc", "▁ab", "▁abc", "привет", "жж", "ж", "，"]  # fmt: skip
TOKENIZER = {
    "added_tokens": [{"id": 0, "content": "<pad>"}],
    "model": {
        "vocab": {token: n * 9000 for n, token in enumerate(VOCABULARY)},
        "merges": [["a", "b"], ["ab", "c"], ["▁", "ab"], ["▁ab", "c"], ["你", "好"], ["ж", "ж"]],
    },
}


def test_words_and_what_they_are_merged_of_stay() -> None:
    kept = kept_tokens(TOKENIZER, frozenset({"abc"}))
    assert {"▁abc", "▁ab", "ab", "a", "▁", "你好", "，", "<0x41>", "ж"} <= kept
    assert not kept & {"жж", "привет"}
    document, numbers = cut_tokenizer(TOKENIZER, kept)
    vocabulary = document["model"]["vocab"]
    assert sorted(vocabulary.values()) == list(range(len(kept & {*VOCABULARY})))
    assert [TOKENIZER["model"]["vocab"][token] for token in vocabulary] == numbers
    assert ["ж", "ж"] not in document["model"]["merges"]
    assert ["a", "b"] in document["model"]["merges"]
    json.dumps(document)


def test_for_all_languages_frequent_words_and_what_they_are_merged_of_stay() -> None:
    number = {token: n * 9000 for n, token in enumerate(VOCABULARY)}
    kept = tokens_of_all_languages(TOKENIZER, {number["▁ab"], number["жж"]})
    assert {"▁ab", "ab", "жж", "你好", "，", "<0x41>"} <= kept
    assert not kept & {"▁abc", "abc", "привет"}


def test_the_shipped_list_of_tokens_is_whole() -> None:
    frequent = frequent_numbers(DATA / "gemma_tokens.safetensors")
    assert 80_000 < len(frequent) < 110_000
    assert max(frequent) < 262_144


def test_a_dictionary_has_the_forms_of_its_words() -> None:
    assert {"walked", "walking", "hates", "hated", "cities", "bicycle"} <= english_words()


def test_the_model_keeps_its_mind_about_what_stays() -> None:
    model = tiny().eval()
    numbers = [0, 1, 2, 3, *range(10, 60)]
    ids = torch.tensor([[2, 10, 20, 30, 40]])
    with torch.no_grad():
        before = model(ids).logits[..., numbers]
        cut_model(model, numbers)
        places = torch.tensor([[numbers.index(int(i)) for i in ids[0]]])
        assert torch.allclose(model(places).logits, before, atol=1e-5)
    assert model.config.vocab_size == len(numbers)
