from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0006_exports_and_notices")]

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "key",
                    models.CharField(
                        help_text="A hash: what it is about may be an address.",
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "slot",
                    models.BigIntegerField(help_text="The window's number: seconds since 1970 divided by its length."),
                ),
                ("window_s", models.PositiveIntegerField()),
                ("count", models.PositiveBigIntegerField()),
            ],
        ),
    ]
