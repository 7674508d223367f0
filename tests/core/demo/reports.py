"""Reports of the tests: answers of every kind. Nothing is kept."""

import asyncio
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import redirect, send_file
from flask_restx import fields as restx
from marshmallow import Schema, fields, validate

from api.core.bridge import Namespace, Resource
from api.core.guard import public, require_auth
from api.core.problems import Problem
from api.core.response.answers import Answer

LINES = 3


class Line(Schema):
    """A line of a report"""

    number = fields.Int(
        required=True,
        validate=validate.Range(1, LINES),
        metadata={"description": "Which line.", "example": 1},
    )
    text = fields.Str(required=True, metadata={"description": "The text.", "example": "one"})


class Report(Schema):
    """A report"""

    lines = fields.List(fields.Nested(Line), required=True)


class Job(Schema):
    """A report that is being written"""

    minutes = fields.Int(required=True, metadata={"description": "How long.", "example": 5})


class NextTurn(Schema):
    """When a report can be had"""

    position = fields.Int(
        required=True, metadata={"description": "The place in the queue.", "example": 2}
    )


class QueueFull(Problem):
    """Too many reports are being written. Ask again when your turn has come."""

    name, status, title, detail = "queue-full", 409, "Queue full", "Ask again later."
    own_members = NextTurn


ns = Namespace("reports", "Reports", path="/api/reports")


class Unknown(LookupError):
    """There is no such report."""


def lines() -> list[dict[str, Any]]:
    return [{"number": number, "text": "text"} for number in range(1, LINES + 1)]


def as_csv() -> Iterator[str]:
    yield "number,text\r\n"
    for line in lines():
        yield f"{line['number']},{line['text']}\r\n"


@ns.route("")
class Reports(Resource):
    @public
    @ns.operation(
        answers={
            200: Answer(
                Report,
                media_types={"text/csv": "number,text\r\n1,one\r\n"},
                headers={
                    "X-Lines": fields.Int(
                        required=True,
                        validate=validate.Range(0, LINES),
                        metadata={"description": "How many lines it has.", "example": LINES},
                    )
                },
            )
        }
    )
    async def get(self, media_type: str) -> Any:
        """Read the report

        As JSON, or as CSV line by line.
        """
        await asyncio.to_thread(lines)
        value = as_csv() if media_type == "text/csv" else {"lines": lines()}
        return value, 200, {"X-Lines": LINES}

    @require_auth("write:messages")
    @ns.operation(
        body=Line,
        answers={
            200: Answer(Line, description="The line was there"),
            201: Answer(Line, description="The line is new", location=True),
            202: Answer(Job, description="The line comes later"),
        },
        problems=(QueueFull,),
    )
    def put(self, body: dict[str, Any]) -> Any:
        """Write a line

        The first line is there, the second is new or comes later, and the third has no place.
        """
        if body["number"] == LINES:
            raise QueueFull(position=LINES)
        answers: dict[int, Any] = {
            1: body,
            2: (body, 201, {"Location": "/api/reports"}) if body["text"] else ({"minutes": 5}, 202),
        }
        return answers[body["number"]]


@ns.route("/file")
class ReportFile(Resource):
    @public
    @ns.operation(answers={200: Answer(media_types={"application/pdf": "%PDF-1.7"}, file=True)})
    def get(self) -> Any:
        """Read the report as a file

        Or a part of it.
        """
        content = io.BytesIO("".join(as_csv()).encode())
        return send_file(
            content, mimetype="application/pdf", download_name="report.pdf", etag="report"
        )


@ns.route("/latest")
class Latest(Resource):
    @public
    @ns.operation(answers={303: Answer(location=True)})
    def get(self) -> Any:
        """Find the latest report

        It is always the same.
        """
        return redirect("/api/reports", 303)


@ns.errorhandler(Unknown)  # type: ignore[untyped-decorator]
@ns.marshal_with(ns.model("Fault", {"message": restx.String(required=True)}), code=404)
def unknown(error: Unknown) -> Any:
    """There is no such report"""
    return {"message": str(error)}, 404


@ns.route("/<uuid:report_id>")
class Plain(Resource):
    @public
    @ns.response(409, "The report is locked")  # type: ignore[untyped-decorator]
    @ns.marshal_with(ns.model("PlainReport", {"id": restx.String, "size": restx.Integer}))
    def get(self, report_id: UUID) -> Any:
        """Read what is known of a report

        As Flask-RESTX has it.

        :raises Unknown: there is none
        """
        if report_id.int % 3 == 0:
            raise Unknown("No report has this id.")
        if report_id.int % 3 == 1:
            ns.abort(409, "The report is locked.", until="tomorrow")
        return {"id": report_id, "size": LINES}
