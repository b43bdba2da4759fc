"""`dealreview …`: run the bot, look after its database, print its manifest, try it without Slack."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click
from aiohttp import web

from bot import logs
from bot import manifest as manifests
from bot.app import Dealreview, create_app, hosted_lens
from bot.backup_command import backup, restore
from bot.checkup import checkup
from bot.command_line import environment, opened_database, problems_told
from bot.deals_command import deals
from bot.doctor import examine, examine_seals
from bot.http import SECONDS_IDLE, http_app
from bot.keys_command import keys
from bot.outside import seen_from_outside
from bot.playbook_command import playbook
from bot.settings import (
    BadSetting,
    Door,
    Settings,
    is_address,
    lens_endpoint,
    log_form,
    sealing_keys,
)
from bot.socket_mode import connected
from bot.stats import count
from bot.workspace_command import audit, workspace

log = logging.getLogger(__name__)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Deal reviews in Slack that are about the customer."""
    with problems_told():
        logs.set_up(log_form(environment()))


main.add_command(deals)
main.add_command(workspace)
main.add_command(audit)
main.add_command(keys)
main.add_command(backup)
main.add_command(restore)
main.add_command(playbook)


@main.command()
def serve() -> None:
    """Run the bot. Its settings come from the environment and from .env; see docs/reference/settings.md."""
    with problems_told():
        settings = Settings.load()
        bot = create_app(settings)
        with bot.running(), _watched(bot, settings):
            if settings.door is Door.SOCKET:
                _serve_socket_mode(bot, settings)
            else:
                _serve_http(bot, settings)


@main.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the database named by DATABASE_URL to this version's shape."""
    with opened_database(is_made=True) as database:
        click.echo(f"The database {database.where} is up to date.")


@main.command()
@click.option("--resume", is_flag=True, help="Let the bot try once more what could not be taken or said.")
def doctor(resume: bool) -> None:
    """Say whether all is as the bot needs it, what it still has to take and to say, what is stuck or was given up.

    It looks at the database, the lens, and what Slack grants; what is not well is marked with an exclamation mark.
    Exits with 1 if anything is.
    """
    with opened_database(upgraded=False, is_made=True) as database:
        checks = checkup(environment(), database, datetime.now(UTC))
        for check in checks:
            click.echo(check.line)
        is_well = all(check.is_well for check in checks)
        if checks[0].is_well:
            findings, opened = examine(database, resume), examine_seals(database, sealing_keys(environment()))
            for line in (*findings.lines(), *opened.lines()):
                click.echo(line)
            is_well = is_well and findings.is_well and opened.is_well
    is_read = _try_lens()
    sys.exit(0 if is_well and is_read else 1)


@main.command()
def stats() -> None:
    """Say what came of the nudges of the last 90 days, and how often flagged deals ended without a decision."""
    with opened_database() as database:
        counted = count(database, datetime.now(UTC))
    for line in counted.lines():
        click.echo(line)


@main.command()
@click.option("--http", metavar="URL", help="Print the HTTP variant, for a bot that Slack reaches at URL.")
@click.option("--oauth", is_flag=True, help="With --http, for a bot that is installed in many workspaces.")
def manifest(http: str | None, oauth: bool) -> None:
    """Print the app manifest to create the Slack app from."""
    if oauth and http is None:
        raise click.UsageError("--oauth goes with --http URL: people install the bot from its page there.")
    if http is None:
        click.echo(manifests.as_yaml(manifests.socket_mode()), nl=False)
        return
    if not is_address(http, "https"):
        raise click.BadParameter(f"{http!r} is not an address that begins with https://", param_hint="--http")
    click.echo(manifests.as_yaml(manifests.http(http, oauth)), nl=False)


@main.command()
@click.option(
    "--port",
    default=8765,
    type=click.IntRange(0, 65535),
    show_default=True,
    help="Where the page is served, on this machine only.",
)
@click.option("--no-browser", is_flag=True, help="Print the address and open no browser.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Keep everything said in DIRECTORY.")
def demo(port: int, no_browser: bool, data: Path | None) -> None:
    """Try the bot without Slack: a local workspace with a page, four deals, and people to act as."""
    from bot.demo import run

    logging.getLogger().setLevel(logging.WARNING)
    run(port, not no_browser, data)


@main.command()
def lens() -> None:
    """Read JSONL {"id", "question", "text"} on stdin, write whose story each stretch tells on stdout."""
    from flows.lens.command import run

    for line in run(sys.stdin):
        click.echo(line)


def _try_lens() -> bool:
    """Let the lens of the settings read a made-up sentence, if there is one, and say whether it did."""
    with problems_told():
        endpoint = lens_endpoint(environment())
        read = hosted_lens(endpoint) if endpoint else None
    if endpoint is None or read is None:
        return True
    click.echo(f"Answers are sent to {endpoint.host} to be read by {endpoint.model}.")
    began = time.monotonic()
    if trouble := read.problem():
        click.echo(f"A made-up sentence was not read there: {trouble}")
        return False
    click.echo(f"A made-up sentence was read there in {time.monotonic() - began:.1f} seconds.")
    return True


def _watched(bot: Dealreview, settings: Settings) -> AbstractContextManager[None]:
    """Let the outside look on a port that is not Slack's, if one is set."""
    if settings.metrics_port:
        return seen_from_outside(bot, settings.metrics_port, "DEALREVIEW_METRICS_PORT")
    if settings.door is Door.SOCKET and settings.port:
        return seen_from_outside(bot, settings.port, "PORT")
    return nullcontext()


def _serve_socket_mode(bot: Dealreview, settings: Settings) -> None:
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    with connected(bot, settings):
        log.info("Connected to Slack in Socket Mode.")
        stop.wait()


def _serve_http(bot: Dealreview, settings: Settings) -> None:
    log.info("Listening for Slack on port %d.", settings.port)
    try:
        app = http_app(bot, settings.signing_secret, metrics=not settings.metrics_port)
        web.run_app(app, port=settings.port, access_log=None, print=None, keepalive_timeout=SECONDS_IDLE)
    except OSError as error:
        raise BadSetting(f"PORT is {settings.port}, and the bot cannot listen there ({error.strerror}).") from error
