"""What an app may do with each scope, in words for whoever is asked to agree.

https://docs.slack.dev/reference/scopes
"""

from collections.abc import Iterable

from sandbox.model import Json

SEES = {
    "app_mentions:read": "Messages that mention it",
    "channels:history": "Messages in public channels it was added to",
    "channels:read": "Which public channels there are, and who is in them",
    "dnd:read": "When people do not want to be disturbed",
    "files:read": "Files in places it was added to",
    "groups:history": "Messages in private channels it was added to",
    "groups:read": "Which private channels it was added to, and who is in them",
    "im:history": "What people write to it directly",
    "im:read": "Who writes to it directly",
    "mpim:history": "Messages in group conversations it was added to",
    "mpim:read": "Which group conversations it was added to",
    "reactions:read": "Reactions to messages",
    "users:read": "Who is in the workspace, with their time zones",
    "users:read.email": "People’s e-mail addresses",
}
DOES = {
    "assistant:write": "Say that it is thinking",
    "channels:join": "Join public channels",
    "chat:write": "Post messages as itself",
    "chat:write.public": "Post in public channels it was not added to",
    "commands": "Add commands and shortcuts for people to use",
    "files:write": "Share and delete files of its own",
    "im:write": "Begin direct messages with people",
    "reactions:write": "Add reactions to messages, and take its own back",
}


def permissions(scopes: Iterable[str]) -> Json:
    """`{"sees": [...], "does": [...]}`, each `{"scope", "words"}`; what is not known is something it does."""
    asked = list(scopes)
    return {
        "sees": [{"scope": scope, "words": SEES[scope]} for scope in asked if scope in SEES],
        "does": [{"scope": scope, "words": DOES.get(scope, scope)} for scope in asked if scope not in SEES],
    }
