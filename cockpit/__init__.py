"""The management cockpit: ERP tables become figures that a company can steer by."""
