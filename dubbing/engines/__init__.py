"""Engines: narrow protocols, one folder a role, one file an engine.

Arrays and text go in, arrays and text come out; engines know nothing of timelines, stages or
workspaces. Every engine class has ``version`` (raise it when its results change) and ``weights``
(names in ``dubbing.models``' catalogue), which go into cache keys, and takes ``threads``. Its
``takes_options`` names what of ``EngineOptions`` it has a use for; if there is any, it takes
``options``. An engine that drives an installed package names it in ``package``, one that hands its
work to other engines lists their classes in ``parts``.
"""
