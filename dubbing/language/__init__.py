"""What is known about languages.

- ``languages``: tags, names, codes; which can be spoken
- ``line_building``, ``sentences``: words to lines
- ``spoken_form``: numbers, dates, units as they are said
- ``g2p``: text to phonemes; ``phoneme_classes``: what kind of sound each is
- ``script``, ``translation_checks``: what is plainly wrong with a translation
- ``speech_text``: texts in one form, to compare what was said with what was meant
- ``subtitles``: lines as SubRip
"""
