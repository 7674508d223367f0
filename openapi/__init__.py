"""The documents of any Flask-RESTX Api, read off its Resources. In reading order:

operation         the type of an operation: one method of one path
headers           the headers that are described once
schemas           what may stand for a schema in it
declaration       what our decorators declare of a method
methods           the methods of the Resources of an Api
operation_ids     the id of each operation
restx             what Flask-RESTX's own decorators declare
reading           `operations(api)`
dialects          JSON Schema as each version of OpenAPI has it
dialect20         the same for Swagger 2.0
marshmallow       marshmallow's schemas as JSON Schema
examples          examples that fit their schemas
schema_converter  schemas as JSON Schema of one version
restx_models      the same for Flask-RESTX's models
about             what the documents say beside what is read off the Api
info              what the Api says of itself
components        what the operations of a document share
openapi3          OpenAPI 3.1 and 3.0, their security in security3
swagger20         Swagger 2.0
build             `build_document(api, version)`
blueprint         the documents, served
page              Swagger UI on the 3.1 document
problem_pages     what each problem type means
"""

from openapi.build import build_document
from openapi.operation import Operation
from openapi.reading import operations

__all__ = ["Operation", "build_document", "operations"]
