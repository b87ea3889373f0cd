"""From a Measurement to a verdict and advice. Pure."""
