"""How well networks predict what they have not seen."""
