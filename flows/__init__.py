"""What a deal review is: questions, turns, the lens and the summary. Pure; knows neither Slack nor a database."""
