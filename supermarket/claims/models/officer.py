"""What an officer's one-time codes are made from."""

from django.conf import settings
from django.db import models


class OfficerKey(models.Model):
    """The secret that the officer's authenticator holds too. `last_step`: codes up to it are used up."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    secret_encrypted = models.TextField()
    last_step = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
