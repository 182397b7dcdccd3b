"""The help at /help/: chapters in Markdown (docs/help), and which page belongs to which. For templates and urls."""
