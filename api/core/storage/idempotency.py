"""Idempotency keys: a POST that is sent again is answered as it was at first."""


class KeyReused(ValueError):
    """The Idempotency-Key was used for another body."""
