"""Serves local workspaces for any Slack app: ``python -m sandbox --manifest manifest.json --port 8800``."""

import argparse
import contextlib
import json
import threading
from pathlib import Path

from sandbox.model import Json
from sandbox.people import GRID_SEEDS, HOME, SEEDS
from sandbox.running import LocalWorkspaces


def main() -> None:
    options = _parser().parse_args()
    with LocalWorkspaces(
        options.manifest,
        (GRID_SEEDS if options.organisation else SEEDS)[: options.workspaces],
        installed=[] if options.by_oauth else [HOME.id],
        redirect_urls=options.redirect_url,
        install_url=options.install_url,
        port=options.port,
        store=options.store,
        limits=not options.no_limits,
    ) as served:
        if options.request_url:
            served.deliver_by_http(options.request_url)
        print(f"Local workspace, not Slack: {served.url}")
        print(f"For the app: base_url={served.api_url}")
        if options.by_oauth:
            print(f"  client id {served.client_id}, client secret {served.client_secret}")
            print(f"  authorization_url={served.authorize_url}, app token {served.app_token}")
        else:
            print(f"  bot token {served.workspaces[HOME.id].bot_token}, app token {served.app_token}")
        print(f"  signing secret {served.signing_secret}")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--manifest", type=_manifest, required=True, help="the app's manifest, as JSON")
    parser.add_argument("--port", type=int, default=8800)
    parser.add_argument("--store", type=Path, help="keep what is said in this file, and in one beside it each")
    parser.add_argument("--workspaces", type=int, choices=range(1, len(SEEDS) + 1), default=1, help="how many")
    parser.add_argument("--organisation", action="store_true", help="the workspaces are those of one organisation")
    parser.add_argument("--by-oauth", action="store_true", help="the app is nowhere until somebody installs it")
    parser.add_argument("--install-url", default="", help="the app's own page on which installing it begins")
    parser.add_argument("--redirect-url", action="append", default=[], help="where people may be sent back to")
    parser.add_argument("--request-url", help="deliver by signed HTTP to this URL instead of Socket Mode")
    parser.add_argument("--no-limits", action="store_true", help="take any number of calls, as Slack does not")
    return parser


def _manifest(path: str) -> Json:
    try:
        read: Json = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{path} is no manifest as JSON: {error}") from None
    return read


if __name__ == "__main__":
    main()
