"""One file a stage; each is a plain function of (timeline, run, settings).

In pipeline order: ingest, transcribe, speakers, translate, voices, timing, synthesize, mix, mux,
report.
"""
