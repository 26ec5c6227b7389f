"""Benchmarks: what a figure and a delivery cost here, beside plain statements that do the same."""
