"""What a client needs to know to call: the metadata of a protected resource (RFC 9728)."""

from typing import Any

from api.core.bridge import Namespace, Resource
from api.core.guard import METADATA_PATH, current_guard, public
from schemas.core.protected_resource import ProtectedResource

ns = Namespace("metadata", "What a client needs to know to call", path=f"/{METADATA_PATH}")


@ns.route("")
class Metadata(Resource):
    @public
    @ns.operation(returns=ProtectedResource, id="getProtectedResourceMetadata")
    def get(self) -> dict[str, Any]:
        """Describe this API to a client (RFC 9728)

        Whose tokens it takes, with which scopes, and how they are sent. Every challenge leads here.
        """
        return current_guard().metadata() | {
            "scopes_supported": list(self.api.scopes),
            "resource_name": self.api.title,
        }
