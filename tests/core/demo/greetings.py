"""The three endpoints of the quickstart: public, guarded, and guarded by a scope."""

from marshmallow import Schema, fields

from api.core.bridge import Namespace, Resource
from api.core.guard import public, require_auth

HELLO = {"message": "Hello"}

public_ns = Namespace("public", "For everybody", path="/api/public")
private_ns = Namespace("private", "For callers with a token", path="/api/private")
scoped_ns = Namespace(
    "private-scoped",
    "For callers whose token grants a scope",
    path="/api/private-scoped",
    scopes={"read:messages": "Read messages"},
)
NAMESPACES = (public_ns, private_ns, scoped_ns)


class Greeting(Schema):
    """A greeting"""

    message = fields.Str(required=True, metadata={"description": "It.", "example": "Hello"})


@public_ns.route("")
class Public(Resource):
    @public
    @public_ns.operation(returns=Greeting)
    def get(self) -> dict[str, str]:
        """Greet anybody

        No token is needed.
        """
        return HELLO


@private_ns.route("")
class Private(Resource):
    @require_auth()
    @private_ns.operation(returns=Greeting)
    def get(self) -> dict[str, str]:
        """Greet a caller

        Any accepted token will do.
        """
        return HELLO


@scoped_ns.route("")
class PrivateScoped(Resource):
    @require_auth("read:messages")
    @scoped_ns.operation(returns=Greeting)
    def get(self) -> dict[str, str]:
        """Greet a caller who may read messages

        The token grants `read:messages`.
        """
        return HELLO
