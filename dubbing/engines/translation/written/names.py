"""Who speaks, as subtitles say: *ANNA: Where are you?*, ``<v Anna>``, the Name field of SubStation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from dubbing.engines.translation import SpokenBy
from dubbing.engines.translation.written.cues import Cue
from dubbing.engines.translation.written.spoken import label_of
from dubbing.language.plain_text import plain_text

VOICE = re.compile(r"<v(?:\.[\w.-]+)*[ \t]+([^<>]{1,80})>")
ASIDE = re.compile(r"\s*[(\[（].{0,40}?[)\]）]")
"""*JOHN (V.O.)*."""
LONGEST = 40


def spoken_by(cues: Sequence[Cue], labels: Counter[str]) -> tuple[SpokenBy, ...]:
    """Return who speaks when, of the cues that say so of all their words.

    Args:
        cues: as they are written, with true ends.
        labels: what ``labels_of`` found in the whole file.
    """
    named = ((cue, _name(cue, labels)) for cue in cues)
    return tuple(SpokenBy(name, cue.start_ms, cue.end_ms) for cue, name in named if name)


def _name(cue: Cue, labels: Counter[str]) -> str:
    """The one name in a cue; empty where there is none, or another one in a later row."""
    text = "\n".join(cue.rows)
    voices = dict.fromkeys(VOICE.findall(text))
    written = [label_of(row, labels) for row in cue.rows]
    names = list(voices) or [name for name in written if name]
    begins = bool(voices) or bool(written and written[0])
    if len(set(names)) == 1 and begins:
        return _tidy(names[0])
    return _tidy(cue.name) if cue.name and not names else ""


def _tidy(name: str) -> str:
    """A name as it is shown: *ANNA (O.S.)* as *Anna*."""
    plain = plain_text(ASIDE.sub("", name)).strip(" :：-")
    if not re.search(r"[^\W\d_]", plain) or len(plain) > LONGEST:
        return ""
    return plain.title() if plain.isupper() and len(plain) > len("DJ") else plain
