"""For those who run it: does this copy of the service live, and can it answer everything?"""

from api.core import guard, storage
from api.core.bridge import Namespace, Resource
from api.core.problems import NotReady
from schemas.core.health import Health

ns = Namespace("health", "Whether this copy of the service can answer", path="/health")


@ns.route("/live")
class Live(Resource):
    @guard.public
    @ns.operation(returns=Health, example={"status": "live"})
    def get(self) -> dict[str, str]:
        """Ask whether it lives

        It answers, so it does. When it does not, restart it.
        """
        return {"status": "live"}


@ns.route("/ready")
class Ready(Resource):
    @guard.public
    @ns.operation(returns=Health, example={"status": "ready"}, problems=(NotReady,))
    def get(self) -> dict[str, str]:
        """Ask whether it can answer everything

        It needs its database, with a schema that is no older than its code, the issuer's signing
        keys, and, where proofs (DPoP) are required, the Redis that remembers them. When it lacks
        one, send requests to another copy; it recovers by itself.
        """
        faults = [*filter(None, [storage.fault()]), *guard.current_guard().faults()]
        if faults:
            raise NotReady(f"Not ready: {'; '.join(faults)}.", headers={"Retry-After": "5"})
        return {"status": "ready"}
