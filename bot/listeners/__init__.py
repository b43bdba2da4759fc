"""Slack's payloads, each turned into one call of a use case."""
