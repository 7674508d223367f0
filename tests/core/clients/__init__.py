"""Clients that are generated from the documents of the demo, in the languages that people use."""
