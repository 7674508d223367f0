"""The tables of this API, and their queries."""
