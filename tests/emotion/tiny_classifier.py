"""A tiny random Wav2Vec2 classifier in the real on-disk format."""

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import (
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForSequenceClassification,
)


def save_tiny_classifier(folder: Path, labels: Sequence[str]) -> None:
    """Config, safetensors and feature extractor, as a model of the hub has them."""
    torch.manual_seed(0)
    config = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        conv_dim=(8, 8), conv_kernel=(10, 3), conv_stride=(5, 2), num_feat_extract_layers=2,
        num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2, classifier_proj_size=8,
        id2label=dict(enumerate(labels)), label2id={n: i for i, n in enumerate(labels)},
        num_labels=len(labels),
    )  # fmt: skip
    Wav2Vec2ForSequenceClassification(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(folder)
