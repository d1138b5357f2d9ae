"""Voices of people: profiles, casting, consent, credentials."""
