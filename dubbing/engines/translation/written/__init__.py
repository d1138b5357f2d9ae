"""What a person wrote for a film: read from their file, cleaned of what is not spoken, laid on lines.

``cues``        subtitles, as they are shown
``spoken``      what of a written text is spoken: no markup, sound notes, names of speakers
``repeats``     captions that roll
``two_languages``  rows of the dub's language alone
``laying``      cues to lines, by time
``tables``      tables, by their columns
``xliff``       XLIFF 1.2 and 2.x
``pairs``       pairs of texts to lines, by the source
``notes``       what found no place, in one sentence
"""
