"""What a request carries: its body, its values, and what is refused of them.

In reading order:

bodies          the body as it arrives, for every reader
compression     its Content-Encoding
media_types     what a body of each media type is read as
forms           fields and files
merge_patch     JSON Merge Patch
parts           query, headers and values, read by schemas
strictload      a schema loads what has the documented type
wiretypes       the types of values on the wire
located         the messages of marshmallow, at their values
body_checks     what is wrong with a declared body, at the start
expectations    what @ns.expect declares
refusals        what parsers of Flask-RESTX and webargs refuse
"""
