"""The local workspace: a stand-in for Slack on loopback, with a page for people and a door for a bot."""
