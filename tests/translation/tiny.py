"""Tiny models with random weights, saved in the formats in which the real ones are published."""

import json
from pathlib import Path

import sentencepiece
import torch
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    MarianConfig,
    MarianMTModel,
    T5Config,
    T5ForConditionalGeneration,
)

CORPUS = [
    "Good morning, where is the train station?",
    "I have a book and a bicycle.",
    "早上好，火车站在哪里？",
    "我有一本书和一辆自行车。",
    "Buenos días, ¿dónde está la estación?",
    "Tengo un libro y una bicicleta.",
] * 4
SIZES = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "max_position_embeddings": 256,
}


def _spm(folder: Path, name: str, **more: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_prefix=str(folder / name), vocab_size=120,
        hard_vocab_limit=False, minloglevel=2, **more,
    )  # fmt: skip
    (folder / f"{name}.vocab").unlink()
    return folder / f"{name}.model"


def _pieces(model: Path) -> list[str]:
    spm = sentencepiece.SentencePieceProcessor(model_file=str(model))
    return [spm.id_to_piece(i) for i in range(spm.get_piece_size())]


def marian(
    folder: Path, source: str = "en", target: str = "zh", more: tuple[str, ...] = ()
) -> Path:
    """Opus-MT's layout: two sentencepiece models and a vocabulary."""
    model = _spm(folder, "spm")
    for side in ("source", "target"):
        (folder / f"{side}.spm").write_bytes(model.read_bytes())
    pieces = list(dict.fromkeys(["</s>", "<unk>", *more, *_pieces(model)[3:], "<pad>"]))
    model.unlink()
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(pieces)}))
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {"tokenizer_class": "MarianTokenizer", "source_lang": source, "target_lang": target}
        )
    )
    torch.manual_seed(1)
    pad = len(pieces) - 1
    config = MarianConfig(
        vocab_size=len(pieces), pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad,
        forced_eos_token_id=0, **SIZES,
    )  # fmt: skip
    MarianMTModel(config).save_pretrained(folder)
    return folder


def m2m100(folder: Path) -> Path:
    """M2M100's layout: one sentencepiece model, a vocabulary, language tokens added by the class."""
    from transformers import M2M100Tokenizer

    model = _spm(folder, "sentencepiece.bpe")
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *_pieces(model)[3:]]
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(pieces)}))
    tokenizer = M2M100Tokenizer(str(folder / "vocab.json"), str(model), language_codes="m2m100")
    tokenizer.save_pretrained(folder)
    _m2m_model(max(tokenizer.lang_token_to_id.values()) + 9, folder)
    return folder


def nllb(folder: Path) -> Path:
    """NLLB's layout: the tokenizer's class adds 202 languages such as zho_Hans."""
    from tokenizers import SentencePieceBPETokenizer
    from transformers import NllbTokenizer

    folder.mkdir(parents=True)
    trained = SentencePieceBPETokenizer()
    trained.train_from_iterator(
        CORPUS,
        vocab_size=200,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        show_progress=False,
    )
    learnt = json.loads(trained.to_str())["model"]
    merges = [tuple(merge) for merge in learnt["merges"]]
    tokenizer = NllbTokenizer(vocab=learnt["vocab"], merges=merges)
    tokenizer.save_pretrained(folder)
    _m2m_model(len(tokenizer), folder)
    return folder


def _m2m_model(n_tokens: int, folder: Path) -> None:
    torch.manual_seed(1)
    config = M2M100Config(
        vocab_size=n_tokens, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        decoder_start_token_id=2, **SIZES,
    )  # fmt: skip
    M2M100ForConditionalGeneration(config).save_pretrained(folder)


def madlad(folder: Path) -> Path:
    """MADLAD-400's layout: a T5 whose vocabulary has <2zh>."""
    from transformers import T5Tokenizer

    model = _spm(folder, "spiece", pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
                 user_defined_symbols=["<2zh>", "<2es>"])  # fmt: skip
    spm = sentencepiece.SentencePieceProcessor(model_file=str(model))
    scored = [(spm.id_to_piece(i), spm.get_score(i)) for i in range(spm.get_piece_size())]
    tokenizer = T5Tokenizer(vocab=scored, extra_ids=0)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(folder)
    return folder


def qwen2(folder: Path) -> Path:
    """Qwen2's layout in a GGUF file, as published: tied matrices twice, a vocabulary with padding."""
    import gguf
    from transformers import Qwen2Config, Qwen2ForCausalLM

    folder.mkdir(parents=True, exist_ok=True)
    tokens, merges, special = _byte_pairs()
    torch.manual_seed(1)
    config = Qwen2Config(
        vocab_size=len(tokens), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=True, initializer_range=0.3,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6}, max_position_embeddings=512,
    )  # fmt: skip
    model = Qwen2ForCausalLM(config)
    for layer in model.model.layers:  # made as zeros
        for linear in (layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj):
            torch.nn.init.normal_(linear.bias)
    model.save_pretrained(folder / "transformers")
    writer = gguf.GGUFWriter(folder / "qwen.gguf", "qwen2")
    writer.add_block_count(2)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_token_types([_gguf_type(token, special) for token in tokens])
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN2, 2)
    state = {**model.state_dict(), "lm_head.weight": model.lm_head.weight}
    for name, tensor in state.items():
        ours = names.get_name(name, try_suffixes=(".weight", ".bias"))
        kind = gguf.GGMLQuantizationType.Q8_0 if tensor.ndim > 1 else gguf.GGMLQuantizationType.F32
        data = gguf.quants.quantize(tensor.detach().float().numpy(), kind)
        writer.add_tensor(ours, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return folder


def _byte_pairs() -> tuple[list[str], list[tuple[str, str]], tuple[str, ...]]:
    """Tokens, merges and special tokens of a vocabulary trained on the corpus."""
    from tokenizers import ByteLevelBPETokenizer

    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(CORPUS, vocab_size=300, show_progress=False)
    learnt = json.loads(trained.to_str())["model"]
    special = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    tokens = [*sorted(learnt["vocab"], key=learnt["vocab"].get), *special, "[PAD0]", "[PAD1]"]
    return tokens, [tuple(merge) for merge in learnt["merges"]], special


def _gguf_type(token: str, special: tuple[str, ...]) -> int:
    import gguf

    if token in special:
        return int(gguf.TokenType.CONTROL)
    return int(gguf.TokenType.UNUSED if token.startswith("[PAD") else gguf.TokenType.NORMAL)
