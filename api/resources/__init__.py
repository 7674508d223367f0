"""The REST resources. Each has a file, and a line here."""

from api.resources import (
    messages,
    private,
    private_scoped,
    public,
)
