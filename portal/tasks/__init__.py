"""The worker's tasks: what they are (task), which there are (registry), and how they fare (states)."""

from portal.tasks.states import NEVER_RAN, TaskState, task_states

__all__ = ["NEVER_RAN", "TaskState", "task_states"]
