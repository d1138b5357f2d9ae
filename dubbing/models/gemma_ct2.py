"""Gemma's GGUF file to CTranslate2 in 8 bits, once, at set-up; for all languages, or tuned for a pair.

transformers reads the GGUF (dequantised to float32), its vocabulary is cut and its channels evened out
(:mod:`dubbing.models.vocabulary`, :mod:`dubbing.models.smoothing`), CTranslate2 converts. All that is
slow to load and not needed at run time, which takes only ``ctranslate2`` and ``tokenizers``. The work is
done in a process of its own, which gives its 4 GB back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from dubbing.errors import WeightsMissing
from dubbing.language.languages import language
from dubbing.models.catalogue import DATA
from dubbing.temporary import ENDING, PREFIX


def make(
    source: Path, folder: Path, progress: Callable[[str, float], None], changes: Path | None = None
) -> None:
    """Convert ``source/gemma.gguf`` into ``folder``, with the ``changes`` of a tuning if given.

    Raises:
        WeightsMissing: if the conversion fails; says why.
    """
    progress("converting Gemma (about a minute)", 0.0)
    command = [sys.executable, "-m", __name__, str(source), str(folder)]
    command += [str(changes)] if changes else []
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        reason = result.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise WeightsMissing(
            f"Gemma could not be converted: {reason[0]}.",
            hint="It needs 4 GB of free memory and 4 GB of free disk; then: dub models prepare.",
        )
    progress("converting Gemma (about a minute)", 1.0)


def load(source: Path) -> Any:
    """The model of a GGUF file as transformers has it, float32, with nothing quantised."""
    import gguf
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.initialization import no_init_weights

    # transformers reads the file's quarter of a million tokens anew for each thing that it wants of it
    gguf.GGUFReader = cache(gguf.GGUFReader)  # type: ignore[misc, assignment]
    loaded = AutoModelForCausalLM.from_pretrained(
        str(source), gguf_file="gemma.gguf", dtype=torch.float32
    )
    config = loaded.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    with no_init_weights():  # all are loaded
        plain = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    plain.load_state_dict(loaded.state_dict())
    return plain


def convert(source: Path, folder: Path, changes: Path | None) -> None:
    """What the process of its own does; a tuned model keeps the tokens of its languages alone."""
    import tempfile

    from ctranslate2.converters import TransformersConverter
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer

    from dubbing.models.lora import merge
    from dubbing.models.smoothing import smooth

    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=PREFIX, suffix=ENDING) as temporary:
        model = load(source)
        tokenizer = Path(temporary) / "tokenizer.json"
        AutoTokenizer.from_pretrained(str(source), gguf_file="gemma.gguf").save_pretrained(
            temporary
        )
        if changes is not None:
            merge(model, changes)
        texts = _typical_texts()
        _cut(model, tokenizer, texts, is_tuned=changes is not None)
        tokens = Tokenizer.from_file(str(tokenizer))
        smooth(
            model, [tokens.encode(f"<bos>{text}", add_special_tokens=False).ids for text in texts]
        )
        model.save_pretrained(temporary)
        del model
        TransformersConverter(temporary).convert(str(folder), quantization="int8", force=True)
        tokenizer.replace(folder / "tokenizer.json")


def _cut(model: Any, tokenizer: Path, texts: Sequence[str], *, is_tuned: bool) -> None:
    """The model and its tokenizer's file with fewer tokens, those of the texts among them."""
    from tokenizers import Tokenizer

    from dubbing.models import vocabulary

    whole = json.loads(tokenizer.read_text(encoding="utf-8"))
    if is_tuned:
        kept = vocabulary.kept_tokens(whole, vocabulary.english_words())
    else:
        tokens = Tokenizer.from_file(str(tokenizer))
        prompts = {number for text in texts for number in tokens.encode(text).ids}
        frequent = vocabulary.frequent_numbers(DATA / "gemma_tokens.safetensors")
        kept = vocabulary.tokens_of_all_languages(whole, frequent | prompts)
    document, numbers = vocabulary.cut_tokenizer(whole, kept)
    tokenizer.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    vocabulary.cut_model(model, numbers)


def _typical_texts() -> list[str]:
    """The example sentences of the product in every language, each beside the English ones."""
    text = files("dubbing.engines.translation").joinpath("examples.yaml").read_text("utf-8")
    sentences: dict[str, list[str]] = yaml.safe_load(text)
    return [
        "".join(
            f"English: {told}\n{language(code).name}: {said}\n\n"
            for told, said in zip(sentences["en"], others, strict=True)
        )
        for code, others in sentences.items()
    ]


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3:] else None)
