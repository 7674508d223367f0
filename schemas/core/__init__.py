"""The schemas of the resources that every API has."""
