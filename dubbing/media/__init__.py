"""Containers, codecs and sound files; nothing else in the product knows about them.

- ``ffmpeg``: finding and running the binary, safely
- ``probe``: what is in a file, with clear verdicts
- ``extract``: the working sound, on the clock of the container
- ``sound_file``, ``resample``, ``loudness``: sound, once it is ours
- ``mux``: the finished file; ``fingerprint``: proof that the picture is untouched
"""
