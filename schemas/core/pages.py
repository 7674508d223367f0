"""How the pages of a listing are asked for."""

from marshmallow import Schema, validate

from schemas.core.fields import Line, Whole


class PageQuery(Schema):
    """Which page; a listing adds its filters in a subclass"""

    limit = Whole(
        load_default=50,
        validate=validate.Range(1, 200),
        metadata={"description": "How many a page holds at the most.", "format": "int32"},
    )
    cursor = Line(
        validate=validate.Length(1, 512),
        metadata={"description": "The `next` of the page before, with the same filters."},
    )
