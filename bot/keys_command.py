"""`dealreview keys …`: make a key to the tokens that are kept, and seal them anew with the newest."""

from __future__ import annotations

import click

from bot.command_line import environment, opened_database, problems_told
from bot.settings import BadSetting, sealing_keys
from storage import installations
from storage.installations import counted
from storage.sealing import Keys, new_key
from storage.tenancy import NOBODYS, at_work_for


@click.group()
def keys() -> None:
    """Look after DEALREVIEW_KEYS, with which the tokens of many workspaces are sealed."""


@keys.command()
def new() -> None:
    """Print a new key. Put it before the others in DEALREVIEW_KEYS, separated by a comma."""
    click.echo(new_key())


@keys.command()
@click.option(
    "--drop", is_flag=True, help="Forget installations that no key opens; the bot is then to be installed anew."
)
def rotate(drop: bool) -> None:
    """Seal every token anew with the newest key, the first of DEALREVIEW_KEYS. The bot may be running.

    First let every running bot know both keys, the newer first; then rotate; then the older one can go.
    """
    with problems_told():
        held = sealing_keys(environment())
        if not held:
            raise BadSetting("DEALREVIEW_KEYS is not set; there is nothing to seal with.")
    with opened_database() as database, at_work_for(NOBODYS), database.transaction() as session:
        dropped = installations.drop_shut(session, Keys(held)) if drop else 0
        renewed, shut = installations.rotate(session, Keys(held))
    click.echo(f"{counted(renewed)} sealed with the newest key.")
    if dropped:
        click.echo(f"{counted(dropped)} forgotten, for no key opens them.")
    if shut:
        raise click.ClickException(
            f"{counted(shut)} opened by none of the keys. Add the key they were sealed with to the end of "
            "DEALREVIEW_KEYS, or if it is lost, use --drop."
        )
