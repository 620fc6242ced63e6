from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shops', '0004_parcel_runs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='importrun',
            name='kind',
            field=models.CharField(choices=[('orders', 'Orders'), ('catalogue', 'Catalogue'), ('count', 'Stock count'), ('parcels', 'News of parcels'), ('refunds', 'Platform refunds')], max_length=20),
        ),
    ]
