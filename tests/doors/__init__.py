"""Who may come in by which door, what is refused there, and what is written down about it."""
