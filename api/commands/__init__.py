"""The command groups of this API, in addition to those of the machinery."""
