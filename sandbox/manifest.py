"""What the workspace takes from a Slack app manifest: name, commands, shortcuts, scopes and events."""

from dataclasses import dataclass
from typing import Self

from sandbox.model import Json


@dataclass(frozen=True)
class Command:
    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    name: str
    type: str
    callback_id: str


@dataclass(frozen=True)
class App:
    """An app. `name` is its user's, `title` its own. Optional scopes count as granted: nobody unticks them here.

    `has_home` and `has_messages` are the tabs it has beside its name, `takes_messages` whether people may write in the
    latter.
    """

    name: str
    title: str
    description: str
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    scopes: tuple[str, ...]
    events: frozenset[str]
    redirect_urls: tuple[str, ...]
    org_wide: bool
    has_home: bool
    has_messages: bool
    takes_messages: bool

    @classmethod
    def from_manifest(cls, manifest: Json) -> Self:
        about: Json = manifest["display_information"]
        features: Json = manifest.get("features", {})
        settings: Json = manifest.get("settings", {})
        oauth: Json = manifest.get("oauth_config", {})
        scopes: Json = oauth.get("scopes", {})
        bot_user: Json = features.get("bot_user", {})
        tabs: Json = features.get("app_home", {})
        return cls(
            name=bot_user.get("display_name") or about["name"],
            title=about["name"],
            description=about.get("description", ""),
            commands=tuple(
                Command(
                    command=entry["command"],
                    description=entry.get("description", ""),
                    usage_hint=entry.get("usage_hint", ""),
                    should_escape=entry.get("should_escape", False),
                )
                for entry in features.get("slash_commands", [])
            ),
            shortcuts=tuple(
                Shortcut(name=entry["name"], type=entry["type"], callback_id=entry["callback_id"])
                for entry in features.get("shortcuts", [])
            ),
            scopes=tuple(scopes.get("bot", [])) + tuple(scopes.get("bot_optional", [])),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            redirect_urls=tuple(oauth.get("redirect_urls", [])),
            org_wide=settings.get("org_deploy_enabled", False),
            has_home=tabs.get("home_tab_enabled", False),
            has_messages=tabs.get("messages_tab_enabled", True),
            takes_messages=not tabs.get("messages_tab_read_only_enabled", False),
        )
