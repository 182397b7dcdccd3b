"""The REST API, from outside: requests in, answers out."""
