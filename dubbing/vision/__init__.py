"""What can be seen: shots, faces, mouths, and which of them speaks.

- ``shots``: where the picture is cut
- ``tracking``: faces followed through a shot, with their landmarks
- ``speaking``: whether a mouth makes the sound that is heard
"""
