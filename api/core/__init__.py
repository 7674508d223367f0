"""The machinery, which this project keeps: a team edits none of it. In reading order:

application     the type of the object that says what is special about an API
factory         create_app: a table of contents
settings        each declared once; the environment, read once
authority       who vouches for callers: a tenant, or the embedded issuer
problems        the error tree and its one renderer
bridge          the only glue to Flask-RESTX: what an operation declares, it does and documents
contract        what a method takes and answers in HTTP
answers         what a handler returns, taken apart
serialisation   the value as its schema writes it
declarations    the layers above a method, in their order
rules           what a complete Api is held to at the start
views           the same for the views beside the Api
operation_ids   the operationId of every operation
guard           authentication and authorisation
resources       the resources that every API has
storage         the database layer
issuer          the embedded issuer, for development and tests
observability   request ids and logs
masking         text without tokens, for the log
sizes           bytes in words, for messages
strictjson      JSON that means one thing only
cli             the command line
testing         a pytest plugin for tests of your own
"""
