"""Problem documents (RFC 9457)."""

from marshmallow import INCLUDE, Schema, fields


class FieldProblem(Schema):
    """An error of one value of the request"""

    pointer = fields.Str(
        metadata={
            "description": "JSON Pointer (RFC 6901) to the value in the body.",
            "example": "/text",
        }
    )
    parameter = fields.Str(
        metadata={"description": "The name of the parameter or form field.", "example": "limit"}
    )
    detail = fields.Str(
        required=True,
        metadata={
            "description": "The error, and how to correct it.",
            "example": "Missing data for required field.",
        },
    )


class ProblemView(Schema):
    """A problem document (RFC 9457)"""

    class Meta:
        component = "Problem"
        # `abort` may add members (RFC 9457 section 3.2).
        unknown = INCLUDE

    type = fields.Str(
        required=True,
        metadata={
            "description": "The problem type: a reference to the page that explains it.",
            "format": "uri-reference",
        },
    )
    title = fields.Str(
        required=True, metadata={"description": "A short summary of the problem type."}
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
        required=True, metadata={"description": "The cause in this case, and the remedy."}
    )
    instance = fields.Str(
        required=True,
        metadata={
            "description": "The request's id, which X-Request-Id and the log have as well.",
            "format": "uri",
        },
    )
    errors = fields.List(
        fields.Nested(FieldProblem), metadata={"description": "The invalid values of the request."}
    )
    error = fields.Str(
        metadata={"description": "The error code of RFC 6750, if access was refused."}
    )
    error_description = fields.Str(
        metadata={"description": "The detail, in the characters that RFC 6750 allows."}
    )


class AvailableMediaTypes(Schema):
    """What may be asked for"""

    available = fields.List(
        fields.Str(metadata={"example": "text/csv"}),
        required=True,
        metadata={"description": "The media types that there are.", "example": ["text/csv"]},
    )
