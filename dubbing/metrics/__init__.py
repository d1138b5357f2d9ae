"""Numbers about dubs; every one shown to a user is measured on the finished file.

- ``onsets``: when speech is heard to begin and end
- ``placement``: where a take really lies in the finished sound
- ``said``: what the dub says, line by line, according to a recogniser
"""
