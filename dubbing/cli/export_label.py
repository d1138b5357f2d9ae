"""The signed statement in an exported film that its dialogue is synthetic, as in the dub itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dubbing.timeline import Timeline
from dubbing.voice.credentials import Claim, can_hold_claim, cloned_voice, label
from dubbing.watermark.pattern import NAME


def label_film(path: Path, dubs: Sequence[Timeline]) -> None:
    """Label a finished film that holds these dubs, if its container has a place for it.

    Raises:
        StageFailed: if it cannot be signed.
    """
    if can_hold_claim(path):
        label(path, claim_of(dubs))


def claim_of(dubs: Sequence[Timeline]) -> Claim:
    """What is stated of a film with one dub or several."""
    cloned: list[dict[str, str]] = []
    for stated in (cloned_voice(speaker) for dub in dubs for speaker in dub.speakers):
        if stated is not None and stated not in cloned:
            cloned.append(stated)
    is_marked = any(
        line.take is not None and line.take.is_marked for dub in dubs for line in dub.lines
    )
    media = dubs[0].media
    return Claim(
        title=media.name if media is not None else "",
        source_language=dubs[0].source_language,
        target_language=", ".join(dub.target_language for dub in dubs),
        watermark=NAME if is_marked else "",
        cloned=tuple(sorted(cloned, key=lambda stated: tuple(stated.values()))),
    )
