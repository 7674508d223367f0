"""Protected resource metadata (RFC 9728)."""

from typing import Any

from api.core.bridge import Namespace, Resource
from api.core.guard import METADATA_PATH, current_guard, public
from schemas.core.protected_resource import ProtectedResource

ns = Namespace("metadata", "Protected resource metadata", path=f"/{METADATA_PATH}")


@ns.route("")
class Metadata(Resource):
    @public
    @ns.operation(returns=ProtectedResource, id="getProtectedResourceMetadata")
    def get(self) -> dict[str, Any]:
        """Describe this API to a client (RFC 9728)

        The issuers of accepted tokens, the scopes, and how a token is sent. The WWW-Authenticate
        header of each refusal has the URL of this document.
        """
        return current_guard().metadata() | {
            "scopes_supported": list(self.api.scopes),
            "resource_name": self.api.title,
        }
