"""What the server answers beside the pages: health, metrics, and who may reach it at all."""

from cockpit.api.gate import middleware, refuse_open_address
from cockpit.api.routes import routes
from cockpit.api.start import Start

__all__ = ["Start", "middleware", "refuse_open_address", "routes"]
