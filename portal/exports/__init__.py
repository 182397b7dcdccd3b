"""Exports as people and programs ask for them: who may have what, made at once or by the worker, kept for some days."""
