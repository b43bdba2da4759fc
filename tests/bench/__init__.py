"""The benchmark: what the bot costs beside a bare Bolt app, and how that grows with what it knows."""
