"""The quickstart's private endpoint, which requires an access token."""

from api.core import Namespace, Resource, require_auth
from schemas.greeting import Greeting

ns = Namespace("private", "What every caller with a token may read", path="/api/private")

MESSAGE = "Hello from a private endpoint! You need to be authenticated to see this."


@ns.route("")
class Private(Resource):
    @require_auth()
    @ns.operation(returns=Greeting, example={"message": MESSAGE})
    def get(self) -> dict[str, str]:
        """Greet a caller

        Any access token for this API is accepted, whatever its scopes.
        """
        return {"message": MESSAGE}
