"""What the server answers beside the pages: health, metrics, other processes, and who may reach it at all."""
