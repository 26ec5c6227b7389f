"""What the server answers beside the pages: the way in, health, metrics, other processes, and who may reach it."""

from cockpit.api.entrance import Desk
from cockpit.api.gate import middleware
from cockpit.api.owner import Owner
from cockpit.api.routes import routes
from cockpit.api.site import Site, is_loopback, refuse_open_address
from cockpit.api.start import Start

__all__ = ["Desk", "Owner", "Site", "Start", "is_loopback", "middleware", "refuse_open_address", "routes"]
