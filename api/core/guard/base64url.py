"""base64url without padding, read strictly (RFC 7515 section 2)."""

import binascii

# The letters of base64 that are none of base64url become some that neither of them has.
_TO_BASE64 = bytes.maketrans(b"-_+/", b"+/!!")


def decode(text: str) -> bytes:
    """Return the bytes that a text stands for.

    :raises ValueError: it holds another character, or is not how its bytes are written
    """
    letters = text.encode("ascii").translate(_TO_BASE64)
    data = binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    # binascii passes over what is no letter. Bits left over in the last letter would let one text
    # be written in several ways.
    if binascii.b2a_base64(data, newline=False).rstrip(b"=") != letters:
        raise ValueError("it holds another character, or its last one has bits left over")
    return data
