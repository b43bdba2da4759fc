"""The Slack bot: listeners, use cases, and what speaks to Slack."""
