"""Pages of a listing: the query parameters, and what is answered."""

from marshmallow import Schema, fields, validate

from schemas.core.fields import SingleLine, StrictInteger

MAX_LIMIT = 200


class PageQuery(Schema):
    """The parameters of a page; a listing adds its filters in a subclass"""

    limit = StrictInteger(
        load_default=50,
        validate=validate.Range(1, MAX_LIMIT),
        metadata={"description": "The maximum number of items in a page.", "format": "int32"},
    )
    cursor = SingleLine(
        validate=validate.Length(1, 4096),
        metadata={"description": "The `next` of the previous page, with the same filters."},
    )


def page_of(view: type[Schema]) -> type[Schema]:
    """Return the schema of a page.

    :param view: the schema of an item, such as MessageView: that of its page is MessagePage
    """
    members = {
        "__doc__": "A page of a listing",
        "__module__": view.__module__,
        "items": fields.List(
            fields.Nested(view),
            required=True,
            validate=validate.Length(max=MAX_LIMIT),
            metadata={"description": "The items of this page, in order."},
        ),
        "next": fields.Str(
            required=True,
            allow_none=True,
            metadata={
                "description": "The cursor of the next page; null on the last page.",
                "example": None,
            },
        ),
    }
    return type(f"{view.__name__.removesuffix('View')}Page", (Schema,), members)
