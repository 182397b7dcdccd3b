"""The language that a person chose."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0007_counters")]

    operations = [
        migrations.AddField(
            model_name="preference",
            name="language",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
    ]
