"""What the server answers beside the pages: the way in, health, metrics, other processes, and who may reach it."""
