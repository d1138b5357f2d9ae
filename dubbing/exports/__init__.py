"""What a finished dub is handed on as: subtitles, edit lists, a cue sheet, other films.

Everything here reads a timeline and its workspace and changes neither.
"""
