"""Every page of the site by itself, on the example's data, from a real server in a real Chromium: figures and pictures.

`make pages` and `make screenshots` run it. Which pages there are and who may open them says tests/doors/table.
"""
