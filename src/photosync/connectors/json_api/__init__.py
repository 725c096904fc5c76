"""The data source json_api: any HTTP API that answers in JSON."""
