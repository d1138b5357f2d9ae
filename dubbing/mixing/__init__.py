"""Laying the dub over the original sound.

- ``ducking``: how much of the original is heard when
- ``limiter``: no true peak above the ceiling
- ``mixer``: both, in a stream, with the takes
"""
