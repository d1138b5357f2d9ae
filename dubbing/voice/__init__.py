"""Voices of people: profiles, casting, consent, watermark, credentials."""
