"""Files of a form (multipart/form-data)."""

import io
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from marshmallow import ValidationError, fields
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

MAX_STEM, MAX_SUFFIX = 180, 19


class Upload(FileStorage):
    """A file that a client sends. Its `filename` is safe to use in a path: it
    is never empty, and at most 200 characters of ASCII.

    `sent_filename` is what the client says, which may hold anything. `size` is in bytes. `mimetype`
    is what the client says of the content; whether that is true is not checked.
    """

    def __init__(self, sent: FileStorage) -> None:
        """
        :param sent: the file as werkzeug has read it
        """
        super().__init__(sent.stream, _safe(sent.filename or ""), sent.name, headers=sent.headers)
        self.sent_filename = sent.filename or ""
        self.size = self.stream.seek(0, io.SEEK_END)
        self.stream.seek(0)


def _safe(filename: str) -> str:
    # Only ASCII is kept, and of many names nothing is left. File systems limit the length.
    suffix = PurePosixPath(filename).suffix
    stem = secure_filename(filename.removesuffix(suffix))[:MAX_STEM] or "file"
    return ".".join(filter(None, (stem, secure_filename(suffix)[:MAX_SUFFIX])))


class File(fields.Field[Upload]):
    """A file of a form. A handler gets it as Upload."""

    def __init__(
        self,
        *,
        media_types: Sequence[str] = (),
        max_size: int | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """
        :param media_types: those that are accepted, such as "image/png" or "image/*"; by default
            all
        :param max_size: the maximum size in bytes; by default that of the whole body
        :param metadata: members of its JSON Schema
        :param kwargs: further arguments of marshmallow's Field
        """
        schema: dict[str, Any] = {"type": "string", "format": "binary"}
        if max_size is not None:
            schema["maxLength"] = max_size
        super().__init__(load_only=True, metadata=schema | (metadata or {}), **kwargs)
        self.media_types = tuple(media_types)
        self.max_size = max_size

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Upload:
        if not isinstance(value, FileStorage):
            raise ValidationError("Not a file: send a part with a filename.")
        upload = Upload(value)
        if not self._accepts(upload.mimetype):
            accepted = ", ".join(self.media_types)
            raise ValidationError(f"Not of an accepted media type: {accepted}.")
        if self.max_size is not None and upload.size > self.max_size:
            raise ValidationError(f"Larger than {self.max_size:,} bytes.")
        return upload

    def _accepts(self, media_type: str) -> bool:
        accepted = self.media_types or ("*",)
        return any(fnmatchcase(media_type, pattern) for pattern in accepted)
