from django.db import migrations


class Migration(migrations.Migration):
    """Service clients name users by e-mail address on every call, in any case."""

    dependencies = [("portal", "0003_preferences"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX portal_user_by_address ON auth_user (LOWER(email))", "DROP INDEX portal_user_by_address"
        )
    ]
