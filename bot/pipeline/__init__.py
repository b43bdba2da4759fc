"""Deals in and out: a pipeline file is read, compared and kept; what we know of deals is written to files."""
