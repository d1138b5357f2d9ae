"""How takes become part of a film's sound: level, tone, room, and what is left of the original."""
