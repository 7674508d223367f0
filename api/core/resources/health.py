"""The health of an instance of the service: liveness and readiness."""

from api.core import guard, storage
from api.core.bridge import Namespace, Resource
from api.core.problems import NotReady
from schemas.core.health import Health

ns = Namespace("health", "Liveness and readiness of an instance", path="/health")


@ns.route("/live")
class Live(Resource):
    @guard.public
    @ns.operation(returns=Health, example={"status": "live"})
    def get(self) -> dict[str, str]:
        """Check whether this instance is live

        It is live if it answers. If it does not, restart it.
        """
        return {"status": "live"}


@ns.route("/ready")
class Ready(Resource):
    @guard.public
    @ns.operation(returns=Health, example={"status": "ready"}, problems=(NotReady,))
    def get(self) -> dict[str, str]:
        """Check whether this instance is ready

        It is ready if it has its database, with a schema that is not older than its code, the
        issuer's signing keys, and, where DPoP proofs are required, the Redis that stores them. If
        it is not, send requests to another instance; it recovers without a restart.
        """
        faults = [*filter(None, [storage.fault()]), *guard.current_guard().faults()]
        if faults:
            raise NotReady(f"Not ready: {'; '.join(faults)}.", headers={"Retry-After": "5"})
        return {"status": "ready"}
