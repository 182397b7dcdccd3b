"""What the API reads: for each subject the shape of bodies and query strings. Shape only: the verbs decide."""
