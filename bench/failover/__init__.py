"""`make failover`: kills the leader of a Patroni cluster while a client charges, and counts what became of it."""
