"""From a trace of requests to a preset: reading, fitting, and saying what cannot be known."""
