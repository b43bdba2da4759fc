"""`python -m bot.probe`: ask the bot beside us whether it is well; for a container's health check.

It imports nothing of ours, for it runs every few seconds.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 5.0


def main(path: str = "/healthz") -> int:
    """0 if the bot that listens on DEALREVIEW_METRICS_PORT, or else on PORT, is well; else 1."""
    port = os.environ.get("DEALREVIEW_METRICS_PORT") or os.environ.get("PORT") or ""
    if not port.isdecimal():
        print("Neither DEALREVIEW_METRICS_PORT nor PORT is set, so the bot cannot be asked.")
        return 1
    connection = HTTPConnection("127.0.0.1", int(port), timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        print(answer.status, answer.read().decode(errors="replace"))
    except (OSError, HTTPException) as error:
        print(f"The bot does not answer on port {port} ({error}).")
        return 1
    finally:
        connection.close()
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
