"""The caller, as identified by the access token."""

from api.core.bridge import Namespace, Resource
from api.core.guard import AccessToken, current_token, require_auth
from schemas.core.caller import CallerView

ns = Namespace("me", "The caller", path="/api/me")


@ns.route("")
class Me(Resource):
    @require_auth()
    @ns.operation(returns=CallerView)
    def get(self) -> AccessToken:
        """Show the caller

        The subject, the client and the scopes that the guard has read from the token.
        """
        return current_token
