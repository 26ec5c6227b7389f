"""What approval and process logs say once their words are understood: acts, waits, rounds, decisions."""
