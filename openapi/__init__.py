"""The documents, read off the Resources. In reading order:

about        what they say of the API as a whole
dialect      marshmallow schemas as JSON Schema of one OpenAPI version
emitter      Flask-RESTX's Swagger, taught to read our declarations
swagger20    Swagger 2.0
openapi31    OpenAPI 3.1
page         Swagger UI on the 3.1 document
"""
