"""The door: an actor comes in, a result goes out; nothing else reaches the rooms below."""

from cockpit.service.cockpit import Cockpit
from cockpit.service.requests import LOCAL_ADMINISTRATOR, Actor

__all__ = ["LOCAL_ADMINISTRATOR", "Actor", "Cockpit"]
