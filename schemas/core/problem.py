"""How every failure is told (RFC 9457)."""

from marshmallow import Schema, fields


class FieldProblem(Schema):
    """What is wrong with one value of the request"""

    pointer = fields.Str(
        metadata={
            "description": "JSON Pointer (RFC 6901) to the value in the body.",
            "example": "/text",
        }
    )
    parameter = fields.Str(
        metadata={"description": "The name of the query parameter or header.", "example": "limit"}
    )
    detail = fields.Str(
        required=True,
        metadata={
            "description": "What is wrong with it.",
            "example": "Missing data for required field.",
        },
    )


class ProblemView(Schema):
    """A problem document (RFC 9457)"""

    class Meta:
        component = "Problem"

    type = fields.Str(
        required=True,
        metadata={
            "description": "The kind of problem: a reference to the page that explains it.",
            "format": "uri-reference",
        },
    )
    title = fields.Str(
        required=True, metadata={"description": "The kind of problem in a few words."}
    )
    status = fields.Int(
        required=True,
        metadata={
            "description": "The HTTP status.",
            "format": "int32",
            "minimum": 400,
            "maximum": 599,
        },
    )
    detail = fields.Str(
        required=True, metadata={"description": "What went wrong here, and what to do about it."}
    )
    instance = fields.Str(
        required=True,
        metadata={
            "description": "This occurrence: the request's id, as in X-Request-Id and in the log.",
            "format": "uri",
        },
    )
    errors = fields.List(
        fields.Nested(FieldProblem), metadata={"description": "Each value that does not fit."}
    )
    error = fields.Str(metadata={"description": "The error code of RFC 6750, from the guard."})
    error_description = fields.Str(
        metadata={"description": "The detail in the characters that RFC 6750 allows."}
    )
