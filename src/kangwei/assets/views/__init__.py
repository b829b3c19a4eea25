"""Pages of assets, a module an area."""
