"""Audiovisual dubbing: a video in, the same video speaking another language out, offline."""

__version__ = "0.1.0"
