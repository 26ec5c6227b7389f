"""What is computed when data arrive, so that a page only reads small results."""
