"""The marshmallow schemas: what comes in and what goes out, one file a subject."""
