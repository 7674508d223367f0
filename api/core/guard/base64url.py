"""base64url without padding, read strictly (RFC 7515 section 2)."""

import base64


def decode(text: str) -> bytes:
    """Return the bytes that a text stands for.

    :raises ValueError: it holds another character, or is not how its bytes are written
    """
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    # Bits left over in the last character would let one text be written in several ways.
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise ValueError("its last character has bits left over")
    return data
