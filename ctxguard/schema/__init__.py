"""The JSON Schemas of what ctxguard prints, shipped beside this file."""
