"""Brings job logs of computing centres in through the verbs of the pipeline. For `import_jobs`."""
