"""``kmeans`` and ``python -m kmeans_cli``."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter is no reason to fail
    try:
        from kmeans_cli.cli.app import app
    except KeyboardInterrupt:  # those that come later are answered in there
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)

    app(prog_name="kmeans")


if __name__ == "__main__":
    main()
