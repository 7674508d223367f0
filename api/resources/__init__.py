"""The REST resources: one file each, and one line here."""

from api.resources import (
    messages,
    private,
    private_scoped,
    public,
)
