"""Warnings and their life: when a figure left its limits, since when, and whether it is back."""
