"""The quickstart's public endpoint."""

from api.core import Namespace, Resource, public
from schemas.greeting import Greeting

ns = Namespace("public", "What everybody may read", path="/api/public")

MESSAGE = "Hello from a public endpoint! You don't need to be authenticated to see this."


@ns.route("")
class Public(Resource):
    @public
    @ns.operation(returns=Greeting, example={"message": MESSAGE})
    def get(self) -> dict[str, str]:
        """Greet anybody

        It requires no token: use it to check that the API answers.
        """
        return {"message": MESSAGE}
