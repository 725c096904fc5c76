"""The REST API, /api/v1/: translates requests to the services, and their errors to problems."""
