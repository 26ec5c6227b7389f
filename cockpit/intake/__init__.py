"""From an export as somebody saved it to clean, typed rows, or to a clear reason why not."""
