"""The worker's tasks: what they are (task), which there are (registry), and how they fare (states)."""

from portal.tasks.states import TaskState, task_states

__all__ = ["TaskState", "task_states"]
