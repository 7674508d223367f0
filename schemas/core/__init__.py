"""The schemas of the resources that every API has, and fields for all schemas."""
