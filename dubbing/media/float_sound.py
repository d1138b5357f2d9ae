"""Sound in floating point may hold what is not sound: NaN, infinities, values far above full scale."""

from __future__ import annotations

import re

MOST = 2.0
"""6 dB above full scale: room for peaks that a later filter lowers; beyond it a value is damage."""
COUNT = "astats=measure_perchannel=Number_of_NaNs+Number_of_Infs:measure_overall=none"
CLEAN = f"aeval='if(isnan(val(ch))+isinf(val(ch)),0,clip(val(ch),-{MOST},{MOST}))':c=same"
COUNTED = re.compile(r"Number of (?:NaNs|Infs): (\d+)")


def may_hold_no_number(codec: str) -> bool:
    """Whether samples of a codec can be NaN or infinite."""
    return codec.startswith("pcm_f") or codec == "wavpack"


def cleaning_filters(codec: str) -> tuple[str, ...]:
    """Filters that count and silence what is not a number, and bound the rest; none if not needed."""
    return (COUNT, CLEAN) if may_hold_no_number(codec) else ()


def count_no_numbers(log: str) -> int:
    """How many samples, of all channels, were no number, from what ffmpeg wrote."""
    return sum(map(int, COUNTED.findall(log)))
