"""The quickstart's private endpoint that requires a scope."""

from api.core import Namespace, Resource, require_auth
from schemas.greeting import Greeting

ns = Namespace(
    "private-scoped",
    "What a caller may read whose token grants a scope",
    path="/api/private-scoped",
    scopes={"read:messages": "Read messages"},
)

MESSAGE = (
    "Hello from a private endpoint! You need to be authenticated "
    "and have a scope of read:messages to see this."
)


@ns.route("")
class PrivateScoped(Resource):
    @require_auth("read:messages")
    @ns.operation(returns=Greeting, example={"message": MESSAGE})
    def get(self) -> dict[str, str]:
        """Greet a caller who may read messages"""
        return {"message": MESSAGE}
