from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('aftersales', '0030_registers'),
        ('shops', '0005_refund_runs'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['shop', 'waits_for', 'due_at', 'id'], name='case_waits'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['state', 'due_at'], name='case_lapses'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at', None), ('state', 'returning')), fields=['platform_due_at'], name='case_platform'),
        ),
    ]
