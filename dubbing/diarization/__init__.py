"""Who speaks when: windows of speech, their voices in groups, turns, and what the faces say of it."""
