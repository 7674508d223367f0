"""marshmallow's schemas as JSON Schema 2020-12.

variants    the variants of a schema
names       their names in the documents
values      values of Python as JSON has them
patterns    regular expressions and formats of time as JSON Schema has them
limits      what fields can read at most
types       the types of fields
rules       the validators
fields      a field: its type, its validators, its metadata
converter   a schema, and those that it refers to
parameters  a field that is a parameter
"""
