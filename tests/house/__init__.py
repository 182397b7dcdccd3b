"""The house's rules as tests. Each rule is also shown something that breaks it."""
