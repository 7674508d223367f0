"""A REST API on Flask-RESTX, protected by Auth0 access tokens. In reading order:

application     what is special about this API: the file to begin with
settings        its settings, beside those of the machinery
resources       the REST resources, one file each
storage         the queries of their tables
commands        commands beside those of the machinery
wsgi            the application for WSGI servers
core            the machinery, which a team merges and does not edit

The schemas are in `schemas`, the documents and the page in `openapi`.
"""
