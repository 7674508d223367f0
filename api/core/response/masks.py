"""Flask-RESTX's masks: the header X-Fields, by which a client chooses members of the answer."""

from typing import Any

from flask import current_app, request
from flask_restx import fields
from flask_restx.mask import Mask, MaskError

from api.core.problems import InvalidMask
from api.core.response.marshalling import is_marshalled, model_of
from openapi.declaration import declare


def declare_problem(resource: Any) -> None:
    """Declare that the methods of a Resource refuse a bad mask, where their answers have one.

    :param resource: the class
    """
    for name in resource.methods or ():
        view = getattr(resource, name.lower(), None)
        if view and is_marshalled(view):
            declare(view, problems=(InvalidMask,))


def check(view: Any) -> None:
    """Check the mask of the current request before a method runs, so that nothing is done in vain.

    :param view: the method
    :raises InvalidMask: the mask cannot be read, or does not fit the model
    """
    if not is_marshalled(view):
        return
    header = request.headers.get(current_app.config["RESTX_MASK_HEADER"])
    model = model_of(view)
    if not header or model is None:
        return
    try:
        mask = Mask(header, skip=True)
        mask.apply(getattr(model, "resolved", model))
    except MaskError as error:
        raise refusal(error) from error
    except IndexError:
        # Flask-RESTX reads the first letter of a mask that has none.
        raise InvalidMask("The mask is empty.") from None
    _check_names(mask, model)


def _check_names(mask: Mask, model: Any) -> None:
    """Check that a mask names members of a model: Flask-RESTX would leave out the others."""
    members = getattr(model, "resolved", model)
    if any(isinstance(each, fields.Wildcard) for each in members.values()):
        return
    for name, inner in mask.items():
        if name != "*" and name not in members:
            raise InvalidMask(f"The answer has no member {name}; it has {', '.join(members)}.")
        field = members.get(name)
        nested = getattr(getattr(field, "container", field), "nested", None)
        if isinstance(inner, Mask) and nested is not None:
            _check_names(inner, nested)


def refusal(error: MaskError) -> InvalidMask:
    """Return the problem that tells what is wrong with a mask.

    :param error: the exception of Flask-RESTX
    """
    return InvalidMask(f"The header X-Fields cannot be used: {error}.")
