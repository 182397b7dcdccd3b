"""The neighbours, each a small Django project of its own: they do their nearest work to a hold, as a user would."""
