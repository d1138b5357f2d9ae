"""Make `dubbing/models/data/gemma_tokens.safetensors`: which of Gemma's tokens frequent words need.

    pip install wordfreq==3.1.1
    python scripts/make_gemma_tokens.py tokenizer.json

For every language that wordfreq (Robyn Speer, Apache-2.0; data CC BY-SA 4.0) has words of, its most
frequent ones are cut into tokens, as they stand in a sentence, at its beginning, and behind a mark or an
apostrophe. What is written is one bit a token, no words. The tokenizer is Gemma's whole one, as
transformers saves it from the GGUF file.
"""

import sys
from pathlib import Path

import numpy as np
import wordfreq
from safetensors.numpy import save_file
from tokenizers import Tokenizer

TARGET = Path(__file__).parent.parent / "dubbing/models/data/gemma_tokens.safetensors"
SPOKEN = {"en": 20_000, "es": 12_000, "fr": 12_000, "it": 12_000, "pt": 12_000, "hi": 12_000}
OTHERS = 1_500
AT_THE_BEGINNING = 5_000
BEHIND_MARKS = 2_000
NOT_BY_WORDS = ("zh", "ja")
"""All tokens of their characters are kept anyway."""


def main(path: Path) -> None:
    """Collect, count, write."""
    tokenizer = Tokenizer.from_file(str(path))
    kept = np.zeros(tokenizer.get_vocab_size(), dtype=bool)
    for language in sorted(wordfreq.available_languages("best")):
        if language not in NOT_BY_WORDS:
            words = wordfreq.top_n_list(language, SPOKEN.get(language, OTHERS))
            kept[sorted(tokens_of(words, tokenizer))] = True
            print(f"{language:4s} {len(words):6d} words, {kept.sum():6d} tokens so far")
    metadata = {
        "source": "wordfreq 3.1.1 by Robyn Speer",
        "licence": "CC BY-SA 4.0",
        "changes": "which tokens its words are made of, as bits",
    }
    save_file({"kept": np.packbits(kept)}, TARGET, metadata=metadata)
    print(f"{TARGET.stat().st_size / 1e3:.0f} kB: {TARGET}")


def tokens_of(words: list[str], tokenizer: Tokenizer) -> set[int]:
    """Numbers of all tokens that the words are cut into."""
    found: set[int] = set()
    for rank, word in enumerate(words):
        forms = [f" {word}"]
        if rank < AT_THE_BEGINNING:
            forms.append(f" {word.capitalize()}")
        if rank < BEHIND_MARKS:
            forms += [word, word.capitalize()]
        for form in forms:
            found.update(tokenizer.encode(form, add_special_tokens=False).ids)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
