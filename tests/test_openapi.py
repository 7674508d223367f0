"""The committed OpenAPI documents are current and valid."""

import json

import pytest
from openapi_spec_validator import (
    OpenAPIV2SpecValidator,
    OpenAPIV30SpecValidator,
    OpenAPIV31SpecValidator,
)

from api.core.cli.openapi import DIRECTORY
from tests.core.support.cli import Runner

VALIDATORS = {
    "openapi.json": OpenAPIV31SpecValidator,
    "openapi-3.0.json": OpenAPIV30SpecValidator,
    "swagger.json": OpenAPIV2SpecValidator,
}


def test_the_committed_documents_are_current(runner: Runner) -> None:
    """The committed documents match the code. If not: python manage.py openapi write"""
    result = runner("openapi", "check")
    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.parametrize("name", VALIDATORS)
def test_a_committed_document_is_valid(name: str) -> None:
    """Each committed document is valid for its version of OpenAPI."""
    document = json.loads((DIRECTORY / name).read_text(encoding="utf-8"))
    assert list(VALIDATORS[name](document).iter_errors()) == []
