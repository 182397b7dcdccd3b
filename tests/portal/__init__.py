"""The portal: pages, the example site and the worker."""
