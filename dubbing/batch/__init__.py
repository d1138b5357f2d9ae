"""Many films, many languages, on one machine or many."""
