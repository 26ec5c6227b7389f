"""Which payment settles which invoice, what is still open, and which documents belong together."""
