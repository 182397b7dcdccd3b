"""What support needs to know."""

from django import forms

from ledger.models import Product


class SupportForm(forms.Form):
    """Which product, and what is wrong."""

    product = forms.ModelChoiceField(Product.objects.all(), to_field_name="name", empty_label="Select a product")
    subject = forms.CharField(max_length=120)
    issue = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 8}), label="Describe the issue")

    def clean_subject(self) -> str:
        """Return the subject as one line: it becomes a header of an e-mail."""
        return " ".join(str(self.cleaned_data["subject"]).split())
