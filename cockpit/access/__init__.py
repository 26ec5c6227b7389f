"""Who may come in, what they may do, what they may see, and what they did."""

from cockpit.access.actor import LOCAL_ADMINISTRATOR, Actor
from cockpit.access.grants import ACTIONS, EVERY, NOTHING, Grants

__all__ = ["ACTIONS", "EVERY", "LOCAL_ADMINISTRATOR", "NOTHING", "Actor", "Grants"]
