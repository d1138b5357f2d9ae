"""Which words a line gets: examples, glossary, checks, passages, and the choice among candidates.

The engines (:mod:`dubbing.engines.translation`) write candidates; what is here decides what they are
shown and which of them is said.
"""
