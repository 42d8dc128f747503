"""The agent's part of the REST API."""
