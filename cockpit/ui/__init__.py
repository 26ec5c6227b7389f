"""The only room that draws: pages name metrics and dimensions, everything they show is made here."""
