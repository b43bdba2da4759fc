"""Serves a local workspace for any Slack app: ``python -m sandbox --manifest manifest.json --port 8800``."""

import argparse
import contextlib
import json
import threading
from pathlib import Path

from sandbox.running import LocalWorkspace


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--manifest", type=Path, required=True, help="the app's manifest, as JSON")
    parser.add_argument("--port", type=int, default=8800)
    parser.add_argument("--store", type=Path, help="keep what is said in this file")
    parser.add_argument("--request-url", help="deliver by signed HTTP to this URL instead of Socket Mode")
    parser.add_argument("--no-limits", action="store_true", help="take any number of calls, as Slack does not")
    options = parser.parse_args()
    manifest = json.loads(options.manifest.read_text(encoding="utf-8"))
    limits = not options.no_limits
    with LocalWorkspace(manifest, port=options.port, store=options.store, limits=limits) as workspace:
        if options.request_url:
            workspace.deliver_by_http(options.request_url)
        print(f"Local workspace, not Slack: {workspace.url}")
        print(f"For the app: base_url={workspace.api_url}")
        print(f"  bot token {workspace.bot_token}, app token {workspace.app_token}")
        print(f"  signing secret {workspace.signing_secret}")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
