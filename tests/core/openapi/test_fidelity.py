"""Whatever Flask-RESTX's decorators declare is in the documents of all three versions."""

import json
from functools import cache
from typing import Any

import pytest

from openapi import build_document
from openapi.build import as_text
from openapi.declaration import declare
from openapi.methods import methods
from openapi.operation import PUBLIC
from tests.core.openapi.declarations import DECLARATIONS
from tests.core.support import fidelity
from tests.core.support.commands import printed_by
from tests.core.support.server import ROOT


@cache
def documents(name: str) -> dict[str, Any]:
    """The documents of a declaration, and Flask-RESTX's own where it makes one."""
    app, api = DECLARATIONS[name].build()
    # Flask-RESTX asks for its base path, which needs a request.
    with app.test_request_context():
        made = {version: build_document(api, version) for version in fidelity.VALIDATORS}
        try:
            made["own"] = fidelity.own_document(api)
            return json.loads(json.dumps(made))  # type: ignore[no-any-return]
        except Exception:  # Flask-RESTX gives up, or JSON does.
            return json.loads(json.dumps({**made, "own": None}))  # type: ignore[no-any-return]


def printed() -> str:
    """Every document of every declaration, as it is written."""
    return "".join(
        as_text(documents(name)[version])
        for name in DECLARATIONS
        for version in fidelity.VALIDATORS
    )


@pytest.mark.parametrize("version", fidelity.VALIDATORS)
@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_document_is_valid(name: str, version: str) -> None:
    """A document is valid in its version, whatever is declared."""
    assert fidelity.errors(documents(name)[version], version) == []


@pytest.mark.parametrize("version", ["3.1", "3.0"])
@pytest.mark.parametrize("name", [name for name, each in DECLARATIONS.items() if not each.is_wider])
def test_nothing_is_lost(name: str, version: str) -> None:
    """A document of OpenAPI 3 has all that Flask-RESTX's own says, or else that of 2.0."""
    made = documents(name)
    assert list(fidelity.losses(made["own"] or made["2.0"], made[version])) == []


@pytest.mark.parametrize("name", DECLARATIONS)
def test_the_document_of_20_is_that_of_flask_restx(name: str) -> None:
    """The document of 2.0 equals Flask-RESTX's own, wherever that is valid."""
    made = documents(name)
    if made["own"] is None or fidelity.errors(made["own"], "2.0"):
        assert made["2.0"] != made["own"]
    else:
        assert fidelity.comparable(made["2.0"]) == fidelity.comparable(made["own"])


@pytest.mark.parametrize("name", DECLARATIONS)
def test_what_is_below_our_guard_is_documented(name: str) -> None:
    """What Flask-RESTX's decorators declare below our guard is in every version, too."""
    app, api = DECLARATIONS[name].build()
    for method in methods(api):
        declare(method.view, access=PUBLIC)
    with app.test_request_context():
        made = {version: build_document(api, version) for version in fidelity.VALIDATORS}
    for version, document in made.items():
        assert fidelity.errors(json.loads(json.dumps(document)), version) == []
    own = documents(name)["own"]
    for version in ("3.1", "3.0") if own and not DECLARATIONS[name].is_wider else ():
        # The guard says who may call, and such a method has an id of its own.
        lost = [
            each
            for each in fidelity.losses(own, made[version])
            if "security" not in each and "operationId" not in each
        ]
        assert lost == []


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_document_is_the_same_in_every_process(seed: str) -> None:
    """The documents of stock Apis are the same to the byte, whatever the hash seed."""
    code = "from tests.core.openapi.test_fidelity import printed; print(printed(), end='')"
    assert printed_by(code, ROOT, PYTHONHASHSEED=seed) == printed()
