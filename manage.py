#!/usr/bin/env python3
"""The one door for people: `python manage.py --help`."""

import sys

from api.core.declarations import DeclarationError

if __name__ == "__main__":
    try:
        from api.application import application
        from api.core.cli.main import main
    except DeclarationError as error:
        # The resources are imported with the commands.
        sys.exit(f"Error: {error}")
    main(application)
