"""The sample application, and the case of 30 GB that is grown from it."""
