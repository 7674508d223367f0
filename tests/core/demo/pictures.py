"""Pictures of the tests: bodies of every kind. Nothing is kept."""

from typing import Any

from marshmallow import Schema, fields, validate

from api.core.bridge import Namespace, Resource
from api.core.guard import require_auth
from api.core.sizes import KiB
from schemas.core.fields import SingleLine, TrimmedText
from schemas.core.files import File, Upload

MAX_FILE, MAX_BODY = 200 * KiB, 256 * KiB


class PictureForm(Schema):
    """A picture, and what is said of it"""

    title = TrimmedText(
        max_length=40, required=True, metadata={"description": "Its title.", "example": "Sea"}
    )
    tags = fields.List(
        SingleLine(validate=validate.Length(1, 20)),
        validate=validate.Length(max=5),
        metadata={"description": "Its tags.", "example": ["blue"]},
    )
    picture = File(
        required=True,
        max_size=MAX_FILE,
        media_types=("image/png", "image/jpeg"),
        metadata={"description": "The picture."},
    )
    more = fields.List(
        File(max_size=MAX_FILE),
        validate=validate.Length(max=3),
        metadata={"description": "More files."},
    )


class PictureView(Schema):
    """What is known of a picture"""

    title = fields.Str(required=True, metadata={"description": "Its title.", "example": "Sea"})
    filename = fields.Str(
        required=True, metadata={"description": "The name of its file.", "example": "sea.png"}
    )
    size = fields.Int(required=True, metadata={"description": "In bytes.", "example": 512})
    files = fields.Int(required=True, metadata={"description": "How many files.", "example": 1})


class Size(Schema):
    """The size of what was sent"""

    size = fields.Int(required=True, metadata={"description": "In bytes.", "example": 512})


class Caption(Schema):
    """What is said of a picture"""

    text = TrimmedText(
        max_length=40, required=True, metadata={"description": "The text.", "example": "A sea"}
    )
    author = TrimmedText(max_length=40, metadata={"description": "Whose.", "example": "Ann"})


class CaptionChange(Schema):
    """What a change of a caption does"""

    removed = fields.List(
        fields.Str(),
        required=True,
        metadata={"description": "The members that it removes.", "example": ["author"]},
    )


ns = Namespace("pictures", "Pictures", path="/api/pictures")


@ns.route("")
class Pictures(Resource):
    @require_auth("write:messages")
    @ns.operation(
        body={"multipart/form-data": PictureForm},
        max_body=MAX_BODY,
        returns=PictureView,
        status=201,
        id="createPicture",
    )
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Add a picture

        It is sent as a form, with more files if there are any.
        """
        picture: Upload = body["picture"]
        return {
            "title": body["title"],
            "filename": picture.filename,
            "size": picture.size,
            "files": 1 + len(body.get("more", ())),
        }


@ns.route("/raw")
class RawPicture(Resource):
    @require_auth("write:messages")
    @ns.operation(
        body={"image/png": bytes, "text/plain": str},
        max_body=MAX_BODY,
        gzip=True,
        returns=Size,
        id="putPicture",
    )
    def put(self, body: bytes | str) -> dict[str, int]:
        """Replace the picture

        The body is the picture itself, or a description of it.
        """
        return {"size": len(body)}


@ns.route("/caption")
class PictureCaption(Resource):
    @require_auth("write:messages")
    @ns.operation(
        body={"application/json": Caption, "application/x-www-form-urlencoded": Caption},
        returns=Caption,
        id="putCaption",
    )
    def put(self, body: dict[str, Any]) -> dict[str, Any]:
        """Replace the caption

        As JSON, or as a form.
        """
        return body

    @require_auth("write:messages")
    @ns.operation(
        body={"application/merge-patch+json": Caption}, returns=CaptionChange, id="changeCaption"
    )
    def patch(self, body: dict[str, Any]) -> dict[str, Any]:
        """Change the caption

        Null removes a member.
        """
        return {"removed": [name for name, value in body.items() if value is None]}
