"""Pages of contracts, obligations and documents."""
