from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_user_by_address")]

    operations = [
        migrations.CreateModel(
            name="TaskRun",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField(null=True)),
                ("beat_at", models.DateTimeField(help_text="When the run last said how far it was.", null=True)),
                ("finished_at", models.DateTimeField(help_text="Empty while it runs.", null=True)),
                ("succeeded_at", models.DateTimeField(help_text="When a run last ended without an error.", null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("result", models.CharField(blank=True, max_length=300)),
                ("error", models.CharField(blank=True, max_length=1000)),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, help_text="Failed runs since the last that ended well."),
                ),
                ("worker", models.UUIDField(help_text="The process that runs it, or last did.", null=True)),
            ],
            options={"ordering": ["name"]},
        ),
    ]
