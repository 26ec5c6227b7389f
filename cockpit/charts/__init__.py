"""Charts as Vega-Lite specifications: finished figures in, a plain dictionary out."""
