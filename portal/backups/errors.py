"""What can go wrong with a backup."""


class BackupError(Exception):
    """A backup could not be written, is not sound, or could not be restored; the message says why in one sentence."""
