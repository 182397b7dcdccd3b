"""Why an import cannot go on. The command shows the sentence; nothing else raises or catches these."""


class ImportRefused(Exception):
    """The log or the options cannot be imported as they are; the message is one sentence for people."""
