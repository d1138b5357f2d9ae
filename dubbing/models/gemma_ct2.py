"""Gemma's GGUF file to CTranslate2, once, at set-up; as it is, or tuned for a pair of languages.

transformers reads the GGUF (dequantised to float32), CTranslate2 converts; both are slow to load and
neither is needed at run time, which takes only ``ctranslate2`` and ``tokenizers``. The work is done in
a process of its own, which gives its 4 GB back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dubbing.errors import WeightsMissing


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
    import torch
    from transformers import AutoModelForCausalLM

    loaded = AutoModelForCausalLM.from_pretrained(
        str(source), gguf_file="gemma.gguf", dtype=torch.float32
    )
    config = loaded.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    plain = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    plain.load_state_dict(loaded.state_dict())
    return plain


def convert(source: Path, folder: Path, changes: Path | None) -> None:
    """What the process of its own does; a tuned model keeps the tokens of its languages alone."""
    import tempfile

    from ctranslate2.converters import TransformersConverter
    from transformers import AutoTokenizer

    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        model = load(source)
        tokenizer = AutoTokenizer.from_pretrained(str(source), gguf_file="gemma.gguf")
        tokenizer.save_pretrained(temporary)
        if changes is not None:
            _tuned(model, changes, Path(temporary))
        model.save_pretrained(temporary)
        del model
        TransformersConverter(temporary).convert(str(folder), force=True)
        (Path(temporary) / "tokenizer.json").replace(folder / "tokenizer.json")


def _tuned(model: Any, changes: Path, folder: Path) -> None:
    from dubbing.models.lora import merge
    from dubbing.models.vocabulary import cut_model, cut_tokenizer, english_words, kept_tokens

    merge(model, changes)
    path = folder / "tokenizer.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    document, numbers = cut_tokenizer(whole, kept_tokens(whole, english_words()))
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    cut_model(model, numbers)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3:] else None)
