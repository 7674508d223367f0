"""What is answered."""

from http import HTTPStatus
from typing import Any

from flask import Response
from flask_restx import fields

from tests.core.openapi.declarations.tables import declared, serve
from tests.core.openapi.stock import method


class Gone(Exception):
    """What was there is gone."""


class Locked(Exception):
    """Somebody else has it."""


def thing(api: Any, **more: Any) -> Any:
    return api.model("Thing", {"name": fields.String, "size": fields.Integer}, **more)


@declared()
def nothing_said(api: Any) -> None:
    serve(api)


@declared()
def marshalled(api: Any) -> None:
    serve(api, get=api.marshal_with(thing(api))(method("Read it")))


@declared()
def marshalled_as_a_list(api: Any) -> None:
    model = thing(api)
    serve(api, get=api.marshal_list_with(model)(method("List them")))
    serve(api, "/more", get=api.marshal_with(model, as_list=True)(method()), name="More")


@declared()
def marshalled_with_a_code_and_a_description(api: Any) -> None:
    made = api.marshal_with(thing(api), code=201, description="It was made")
    serve(api, post=made(method("Make it")))


@declared()
def marshalled_with_a_code_of_http(api: Any) -> None:
    serve(api, post=api.marshal_with(thing(api), code=HTTPStatus.ACCEPTED)(method("Make it")))


@declared()
def marshalled_in_an_envelope(api: Any) -> None:
    model = thing(api)
    serve(api, get=api.marshal_with(model, envelope="data")(method("Read it")))
    listed = api.marshal_list_with(model, envelope="data", skip_none=True)
    serve(api, "/all", get=listed(method("List them")), name="All")


@declared()
def marshalled_with_a_mask(api: Any) -> None:
    serve(api, get=api.marshal_with(thing(api), mask="{name}")(method("Read it")))


@declared()
def marshalled_with_a_masked_model(api: Any) -> None:
    serve(api, get=api.marshal_with(thing(api, mask="name"))(method("Read it")))


@declared(RESTX_MASK_HEADER="X-Only")
def marshalled_with_a_mask_in_another_header(api: Any) -> None:
    serve(api, get=api.marshal_with(thing(api))(method("Read it")))


@declared(RESTX_MASK_SWAGGER=False)
def marshalled_without_the_header_of_masks(api: Any) -> None:
    serve(api, get=api.marshal_with(thing(api))(method("Read it")))


@declared()
def marshalled_with_fields_alone(api: Any) -> None:
    serve(api, get=api.marshal_with({"name": fields.String})(method("Read it")))


@declared()
def marshalled_twice(api: Any) -> None:
    model = thing(api)
    found = api.marshal_with(model, description="Found")
    serve(api, put=found(api.marshal_with(model, code=201, description="Made")(method())))


@declared()
def a_response(api: Any) -> None:
    said = api.response(200, "Read", thing(api))
    serve(api, get=said(api.response(404, "No such thing")(method("Read it"))))


@declared()
def a_response_of_a_list(api: Any) -> None:
    serve(api, get=api.response(200, "All of them", [thing(api)])(method("List them")))


@declared()
def a_response_of_fields_and_types(api: Any) -> None:
    named = api.response(200, "A name", fields.String(min_length=1))
    counted = api.response(201, "A number", int)
    several = api.response(202, "Numbers", [fields.Integer])
    serve(api, post=named(counted(several(method("Do it")))))


@declared()
def a_response_of_several_models(api: Any) -> None:
    fault = api.model("Fault", {"message": fields.String})
    said = api.response(200, "Read", thing(api))
    serve(api, get=said(api.response("default", "A failure", fault)(method("Read it"))))


@declared()
def a_response_with_headers(api: Any) -> None:
    headers = {"Location": "Where it is", "X-Count": {"type": int, "description": "How many"}}
    made = api.response(201, "Made", thing(api), headers=headers)
    serve(api, post=made(method("Make it")))


@declared()
def a_response_in_an_envelope(api: Any) -> None:
    serve(api, get=api.response(200, "Read", thing(api), envelope="data")(method("Read it")))


@declared()
def responses_of_the_class(api: Any) -> None:
    api.response(404, "No such thing")(
        serve(api, get=api.response(200, "Read", thing(api))(method()), delete=method("Delete it"))
    )


@declared()
def responses_of_doc(api: Any) -> None:
    responses: dict[Any, Any] = {
        200: ("Read", thing(api)),
        404: "No such thing",
        "409": ("Taken", None, {}),
    }
    serve(api, get=api.doc(responses=responses)(method("Read it")))


@declared()
def a_model_of_doc(api: Any) -> None:
    serve(api, get=api.doc(model=thing(api))(method("Read it")))


@declared()
def a_model_and_a_code_of_doc(api: Any) -> None:
    serve(api, post=api.doc(model=[thing(api)], default_code=201)(method("Make them")))


@declared()
def headers_of_every_answer(api: Any) -> None:
    counted = api.header("X-Count", "How many", type=int)
    traced = api.header("X-Trace", "An id", type=[str])
    serve(api, get=counted(api.response(200, "Read", thing(api))(method("Read it"))))
    traced(serve(api, "/others", get=api.response(404, "None")(method()), name="Others"))


@declared()
def headers_without_an_answer(api: Any) -> None:
    serve(api, get=api.header("X-Count", "How many")(method("Read it")))


@declared()
def other_media_types(api: Any) -> None:
    serve(api, get=api.produces(["text/csv"])(method("Export them")))


@declared()
def other_media_types_with_a_model(api: Any) -> None:
    said = api.response(200, "Read", thing(api))
    serve(api, get=said(api.produces(["application/xml", "text/plain"])(method("Read it"))))


@declared()
def other_media_types_of_the_class(api: Any) -> None:
    api.produces(["text/csv"])(serve(api, get=api.marshal_with(thing(api))(method("Read it"))))


@declared()
def a_representation(api: Any) -> None:
    api.representation("application/xml")(lambda data, code, headers=None: Response(data, code))
    serve(api, get=api.marshal_with(thing(api))(method("Read it")))


@declared()
def of_an_error_handler(api: Any) -> None:
    fault = api.model("Fault", {"message": fields.String})

    @api.errorhandler(Gone)  # type: ignore[untyped-decorator]
    @api.response(410, "Gone", fault)  # type: ignore[untyped-decorator]
    @api.header("X-Since", "Since when")  # type: ignore[untyped-decorator]
    def gone(_error: Gone) -> Any:
        """It is gone. For ever."""

    serve(api, get=method("Read it\n\n:raises Gone: when it was deleted\n:raises Other: never"))


@declared()
def of_an_error_handler_that_marshals(api: Any) -> None:
    fault = api.model("Fault", {"message": fields.String})

    @api.errorhandler(Locked)  # type: ignore[untyped-decorator]
    @api.marshal_with(fault, code=423)  # type: ignore[untyped-decorator]
    def locked(_error: Locked) -> Any:
        """It is locked"""

    serve(api, get=method("Read it"), put=method("Change it\n\n:raises Locked: while in use"))


@declared()
def of_an_error_handler_without_a_word(api: Any) -> None:
    api.errorhandler(Gone)(lambda error: ({}, 410))
    serve(api, get=method("Read it\n\n:raises Gone: when it was deleted"))


@declared()
def of_the_error_handler_of_a_namespace(api: Any) -> None:
    ns = api.namespace("things", "Things")

    @ns.errorhandler(Gone)  # type: ignore[untyped-decorator]
    @ns.response(410, "Gone")  # type: ignore[untyped-decorator]
    def gone(_error: Gone) -> Any:
        """It is gone"""

    serve(ns, "/one", get=method("Read it\n\n:raises Gone: when it was deleted"))
