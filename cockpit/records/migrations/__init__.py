"""How the records came to be what they are, revision by revision."""
