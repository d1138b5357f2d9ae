"""Voices of people: pitch now; profiles, cloning and emotion as they come."""
