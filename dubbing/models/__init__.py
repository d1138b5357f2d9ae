"""Weights: which there are, where they lie, whether they are the ones we know.

- ``catalogue``: name, source, licence, size, SHA-256 of every model
- ``resolver``: a name to a folder: given > cached > assembled from packages > downloaded if allowed
- ``kokoro_split``, ``gemma_ct2``: what is derived from a model once, at set-up
- ``smoothing``, ``signed_convolutions``: 8-bit arithmetic without loss, and in one instruction
- ``voices``: Kokoro's stock voices; ``speaker_encoder``: GE2E without torch
"""
