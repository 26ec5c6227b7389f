"""What the server answers beside the pages: health, metrics, other processes, and who may reach it at all."""

from cockpit.api.gate import middleware, refuse_open_address
from cockpit.api.owner import Owner
from cockpit.api.routes import routes
from cockpit.api.start import Start

__all__ = ["Owner", "Start", "middleware", "refuse_open_address", "routes"]
