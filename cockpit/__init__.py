"""The management cockpit: ERP tables become figures that a company can steer by."""

__version__ = "0.1.0"
