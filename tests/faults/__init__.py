"""What breaks around the ledger: killed processes, lost answers, full disks, clocks. See docs/faults.md."""
