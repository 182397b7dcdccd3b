"""The books as text: a history to tell, a naive reader, and the tests that start other people's programs."""
