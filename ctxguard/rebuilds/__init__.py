"""How often each step of a Dockerfile is built again, told by the commits of the past."""
