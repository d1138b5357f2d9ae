"""Engines: narrow protocols, one folder a role, one file an engine.

Arrays and text go in, arrays and text come out; engines know nothing of timelines, stages or
workspaces. Every engine class has ``version`` (raise it when its results change) and ``weights``
(names in ``dubbing.models``' catalogue), which go into cache keys, and takes ``threads``.
"""
