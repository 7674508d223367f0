"""A REST API on Flask-RESTX, protected by Auth0 access tokens. In reading order:

app             create_app: a table of contents
settings        the environment, read once
authority       who vouches for callers: a tenant, or the embedded issuer
problems        the error tree and its one renderer
bridge          marshmallow in, marshmallow out, documented
guard           who may call
resources       what there is, one file a namespace
issuer          the embedded issuer, for development and tests
observability   request ids and logs
strictjson      JSON that means one thing only
cli             the command line

The schemas are in `schemas`, the documents and the page in `openapi`.
"""
