"""The resources that every API has."""

from api.core.resources import (
    health,
    me,
    protected_resource,
)
