#!/usr/bin/env python3
"""The one door for people: `python manage.py --help`."""

from api.core.cli.main import main

if __name__ == "__main__":
    main("api.application:application")
