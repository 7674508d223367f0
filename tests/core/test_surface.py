"""The names that api.core exports exist and are documented."""

import inspect
from typing import Any

import pytest

import api.core
from api.core import require_auth

# Values, and a class whose fields explain themselves by their help.
WITHOUT_PARAMETERS = {
    *("KiB", "MiB", "NAMING_CONVENTION", "PERSONAS"),
    *("Settings", "current_settings", "current_token"),
}
CALLABLES: dict[str, Any] = {
    name: getattr(api.core, name)
    for name in {*api.core.__all__}
    - WITHOUT_PARAMETERS
    - {"DeclarationError", "Precondition", "Resource"}
}
CALLABLES |= {"require_auth": type(require_auth).__call__, "any_of": type(require_auth).any_of}


@pytest.mark.parametrize("name", api.core.__all__)
def test_every_name_is_there(name: str) -> None:
    """Every name in `api.core.__all__` exists."""
    assert getattr(api.core, name) is not None


@pytest.mark.parametrize("name", sorted(CALLABLES))
def test_every_parameter_is_explained(name: str) -> None:
    """Each exported function and class has a docstring with a :param line for each parameter."""
    subject = CALLABLES[name]
    assert inspect.getdoc(subject)
    own = [subject, *(getattr(subject, "__mro__", ())), getattr(subject, "__init__", None)]
    text = "\n".join(str(getattr(each, "__doc__", "")) for each in own)
    for parameter in inspect.signature(subject).parameters.values():
        if parameter.name in {"self", "args", "kwargs"} or "unknown" in parameter.name:
            continue
        assert f":param {parameter.name}:" in text, parameter.name
