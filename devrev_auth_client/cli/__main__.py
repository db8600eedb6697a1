"""Runs the command line: `python -m devrev_auth_client.cli`."""

from . import main

if __name__ == "__main__":
    main()
