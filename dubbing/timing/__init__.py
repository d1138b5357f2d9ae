"""What the project exists for: deciding when each phoneme sounds.

All times here are integer frames of 25 ms, Kokoro's duration unit.

- ``solver``: exact integer durations by dynamic programming
- ``bounds``: how far each kind of symbol may bend
- ``isochrony``: the ladder that makes every line fit, or says so
"""
