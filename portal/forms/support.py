"""What support needs to know."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import Product


class SupportForm(forms.Form):
    """Which product, and what is wrong."""

    product = forms.ModelChoiceField(
        Product.objects.all(), to_field_name="name", label=_("Product"), empty_label=_("Select a product")
    )
    subject = forms.CharField(max_length=120, label=_("Subject"))
    issue = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        label=_("Describe the issue"),
        help_text=_("What you did, what you expected, and what happened instead."),
    )
    copy = forms.BooleanField(required=False, initial=True, label=_("Send me a copy"))

    def clean_subject(self) -> str:
        """Return the subject as one line: it becomes a header of an e-mail."""
        return " ".join(str(self.cleaned_data["subject"]).split())
