"""How the site writes dates in a language where it differs from Django: settings.FORMAT_MODULE_PATH points here."""
