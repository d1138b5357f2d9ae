"""What the project exists for: deciding when each phoneme sounds.

All times here are integer frames of 25 ms, Kokoro's duration unit.

- ``solver``: exact integer durations by dynamic programming
- ``bounds``: how far each kind of symbol may bend
- ``spoken``: a text as the engine would say it, and where it is heard
- ``isochrony``: the ladder that makes every line fit, or says so
"""
