"""One file a namespace; one line here each."""

from api.bridge import Namespace
from api.resources import me, private, private_scoped, public

NAMESPACES: tuple[Namespace, ...] = (
    public.ns,
    private.ns,
    private_scoped.ns,
    me.ns,
)
