"""The account of the first operator."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password"})
KNOWN = _("There is an account with this address. Sign in with it first, then open the link again.")


class FirstOperatorForm(forms.Form):
    """An address and a password, given twice."""

    email = forms.EmailField(max_length=150, label=_("E-mail address"))
    password = forms.CharField(widget=PASSWORD, label=_("Password"), strip=False)
    again = forms.CharField(widget=PASSWORD, label=_("Password, again"), strip=False)

    def clean_email(self) -> str:
        """Return an address that has no account yet."""
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists() or User.objects.filter(username=email).exists():
            raise forms.ValidationError(KNOWN)
        return email

    def clean(self) -> dict[str, Any]:
        """Refuse a weak password, and two that differ."""
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again"):
            if cleaned["password"] != cleaned["again"]:
                self.add_error("again", _("This is not the same password."))
            try:
                validate_password(cleaned["password"], User(email=cleaned.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
