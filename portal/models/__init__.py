"""The portal's own tables, one module per subject. Nothing here owns tokens."""

from portal.models.heartbeat import Heartbeat
from portal.models.preferences import Preference, ServicePool
from portal.models.service_clients import ServiceClient
from portal.models.task_runs import TaskRun

__all__ = ["Heartbeat", "Preference", "ServiceClient", "ServicePool", "TaskRun"]
