"""What the programme is about, in plain values and verbs. Standard library only."""
