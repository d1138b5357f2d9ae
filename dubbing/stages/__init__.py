"""The stages of the pipeline, one file per stage; each is a function of (timeline, run, settings).

In order: ingest, transcribe, turns, separate, songs, faces, speakers, emotion, voices, translate,
delivery, timing, synthesize, mix, mux, report.
"""
