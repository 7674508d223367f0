"""The documents of any Flask-RESTX Api, read off its Resources. In reading order:

operation         the type of an operation: one method of one path
headers           the headers that are described once
schemas           what may stand for a schema in it
declaration       what our decorators declare of a method
methods           the methods of the Resources of an Api
path_parameters   the variables of their addresses
operation_ids     the id of each operation
definitions       the models of Flask-RESTX, and what refers to them
restx             what Flask-RESTX's own decorators declare, in the words of Swagger 2.0
restx_notes       what they note
restx_parsers     request parsers
swagger_objects   the same as parts of an operation
reading           `operations(api)`
dialects          JSON Schema as each version of OpenAPI has it
rules31           what makes it that of 3.1; of 3.0 in rules30, of 2.0 in rules20
defaults          defaults that fit their schemas
plain             values of Python as JSON has them
dialect20         the same for Swagger 2.0
marshmallow       marshmallow's schemas as JSON Schema
problem_schemas   the schema of problem documents
examples          examples that fit their schemas
schema_converter  schemas as JSON Schema of one version
about             what the documents say beside what is read off the Api
info              what the Api says of itself
components        what the operations of a document share
openapi3          OpenAPI 3.1 and 3.0, their security in security3
schemes           the security schemes that an Api declares
swagger20         Swagger 2.0, that of Flask-RESTX's own declarations in swagger_restx
primitives20      parameters and headers of 2.0
build             `build_document(api, version)`
blueprint         the documents, served
page              Swagger UI on the 3.1 document
page_headers      the security headers of HTML pages
problem_pages     what each problem type means
"""

from openapi.build import build_document
from openapi.operation import Operation
from openapi.reading import operations

__all__ = ["Operation", "build_document", "operations"]
