"""Who calls, as the guard sees it."""

from api.core.bridge import Namespace, Resource
from api.core.guard import AccessToken, current_token, require_auth
from schemas.core.caller import CallerView

ns = Namespace("me", "Who calls", path="/api/me")


@ns.route("")
class Me(Resource):
    @require_auth()
    @ns.operation(returns=CallerView)
    def get(self) -> AccessToken:
        """Show the caller

        What the guard reads in the token: whose it is, who asked for it, and what it grants.
        """
        return current_token
