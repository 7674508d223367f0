"""The commands of this API, beside those of the machinery."""
