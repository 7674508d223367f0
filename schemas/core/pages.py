"""The query parameters of pagination."""

from marshmallow import Schema, validate

from schemas.core.fields import SingleLine, StrictInteger


class PageQuery(Schema):
    """The parameters of a page; a listing adds its filters in a subclass"""

    limit = StrictInteger(
        load_default=50,
        validate=validate.Range(1, 200),
        metadata={"description": "The maximum number of items in a page.", "format": "int32"},
    )
    cursor = SingleLine(
        validate=validate.Length(1, 4096),
        metadata={"description": "The `next` of the previous page, with the same filters."},
    )
