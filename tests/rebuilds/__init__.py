"""How often steps are built again, as `ctxguard.rebuilds` tells it."""
