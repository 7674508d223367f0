"""The command line.

Each command or group of commands has a file. `main` is the entry point.
"""
