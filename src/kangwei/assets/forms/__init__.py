"""Forms about assets, a module an area."""
