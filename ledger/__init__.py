"""Who owns tokens, and every token that moved. Knows no HTTP; portal and reporting build on it."""
