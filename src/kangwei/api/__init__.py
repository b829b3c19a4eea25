"""Routing of the API: which app's operations stand under /api/v1/, and in what words refusals come. No logic."""
