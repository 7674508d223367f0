"""A view of plain Flask that nobody guards."""

from flask import Flask, Response, jsonify

app = Flask(__name__)


@app.get("/api/public")
def public() -> Response:
    return jsonify(
        message="Hello from a public endpoint! You don't need to be authenticated to see this."
    )
