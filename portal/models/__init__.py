"""The portal's own tables, one module per subject. Nothing here owns tokens."""

from portal.models.heartbeat import Heartbeat
from portal.models.preferences import Preference, ServicePool
from portal.models.service_clients import ServiceClient

__all__ = ["Heartbeat", "Preference", "ServiceClient", "ServicePool"]
