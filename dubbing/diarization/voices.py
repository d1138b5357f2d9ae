"""Groups windows of speech by voice, and finds out how many voices there are.

Vectors are those of the voice space (:mod:`dubbing.diarization.voice_space`). Spectral clustering of a
graph in which every window is joined to those most like it. How many neighbours that are decides much,
so the graph is drawn with several numbers of them (after the auto-tuning of Park, Han, Kumar and
Narayanan 2020, but as a mean and with the normalised Laplacian). It first makes more groups than there
are people; those with like means are joined, and what is left is the number of people.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
FEWEST_WINDOWS = 120
"""Of fewer windows no graph tells the number of voices; they are joined one by one."""
MOST_WINDOWS = 1_000
"""A sample of so many stands for a long film."""
MOST_VOICES = 8
LEAST_SHARE, MOST_SHARE, GRAPHS = 0.06, 0.25, 8
"""Each window has this share of all others as neighbours, in so many steps."""
SAME_VOICE = 0.6
"""Two groups with means so alike (cosine) are one voice."""
REACH = 2
"""So many windows before and after make a window's vector steadier."""


def group_voices(vectors: Vectors, threshold: float, count: int | None = None) -> Labels:
    """A label for each vector ``[n, d]`` of unit norm, from 0 in order of appearance.

    Args:
        vectors: windows in order of time.
        threshold: mean cosine under which two groups of a few windows are two voices.
        count: how many voices there are; ``None`` = find out.
    """
    if len(vectors) < 2 or count == 1:
        return np.zeros(len(vectors), dtype=np.int64)
    if len(vectors) < FEWEST_WINDOWS:
        return in_order(_joined(vectors, threshold, count))
    sample = vectors[:: -(-len(vectors) // MOST_WINDOWS)]
    axes = _axes(sample)
    labels = _parted(axes, count or _count(sample, axes))
    return in_order(nearest(vectors, means(sample, labels)))


def smoothed(vectors: Vectors) -> Vectors:
    """Each vector as the mean of its neighbours in time, of unit norm."""
    places = np.arange(len(vectors))
    near = np.abs(places[:, None] - places[None, :]) <= REACH
    summed = near.astype(np.float32) @ vectors
    unit: Vectors = summed / (np.linalg.norm(summed, axis=1, keepdims=True) + 1e-9)
    return unit


def means(vectors: Vectors, labels: Labels) -> Numbers:
    """The mean of each group, of unit norm, ``[groups, d]``."""
    centres = np.stack([vectors[labels == k].mean(axis=0) for k in range(int(labels.max()) + 1)])
    return np.asarray(centres / np.linalg.norm(centres, axis=1, keepdims=True), dtype=np.float64)


def nearest(vectors: Vectors, centres: Numbers) -> Labels:
    """The group whose mean each vector is nearest to."""
    return np.asarray((vectors @ centres.T).argmax(axis=1), dtype=np.int64)


def in_order(labels: Labels) -> Labels:
    """The same groups, numbered in order of appearance."""
    order = {label: rank for rank, label in enumerate(dict.fromkeys(labels.tolist()))}
    return np.array([order[label] for label in labels.tolist()], dtype=np.int64)


def _joined(vectors: Vectors, threshold: float, count: int | None) -> Labels:
    """Average linkage by cosine."""
    from sklearn.cluster import AgglomerativeClustering

    model = AgglomerativeClustering(
        n_clusters=None if count is None else min(count, len(vectors)),
        distance_threshold=1 - threshold if count is None else None,
        metric="cosine",
        linkage="average",
    )
    return np.asarray(model.fit_predict(vectors), dtype=np.int64)


def _axes(vectors: Vectors) -> Numbers:
    """Eigenvectors of the mean graph, the most telling last."""
    axes: Numbers = np.linalg.eigh(np.mean(_graphs(vectors), axis=0))[1]
    return axes


def _parted(axes: Numbers, count: int) -> Labels:
    from sklearn.cluster import KMeans

    if count == 1:
        return np.zeros(len(axes), dtype=np.int64)
    places = axes[:, -count:]
    places = places / (np.linalg.norm(places, axis=1, keepdims=True) + 1e-9)
    model = KMeans(count, n_init=10, random_state=0)
    return np.asarray(model.fit_predict(places), dtype=np.int64)


def _count(vectors: Vectors, axes: Numbers) -> int:
    """How many groups are left when those with like means are joined."""
    labels = _parted(axes, MOST_VOICES)
    return int(_merged(vectors, labels, SAME_VOICE).max()) + 1


def _graphs(vectors: Vectors) -> list[Numbers]:
    """Normalised adjacency matrices, from few to many neighbours."""
    likeness = (vectors @ vectors.T).astype(np.float64)
    order = np.argsort(-likeness, axis=1)
    shares = np.geomspace(LEAST_SHARE, MOST_SHARE, GRAPHS)
    found = []
    for neighbours in sorted({max(6, round(len(vectors) * share)) for share in shares}):
        joined = np.zeros_like(likeness)
        np.put_along_axis(joined, order[:, :neighbours], 1.0, axis=1)
        joined = (joined + joined.T) / 2
        degree = np.sqrt(joined.sum(axis=1))
        found.append(joined / degree[:, None] / degree[None, :])
    return found


def _merged(vectors: Vectors, labels: Labels, threshold: float) -> Labels:
    while labels.max() > 0:
        centres = means(vectors, labels)
        likeness = centres @ centres.T
        np.fill_diagonal(likeness, -1.0)
        one, other = np.unravel_index(int(likeness.argmax()), likeness.shape)
        if likeness[one, other] < threshold:
            break
        labels = in_order(np.where(labels == other, one, labels))
    return labels
