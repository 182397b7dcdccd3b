"""What the API answers: for each subject its shape, which OpenAPI shows, and the function that writes it."""
