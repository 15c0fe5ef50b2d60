"""Loads Django once, in the process that workers are forked from; opens no connection."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")

import django

django.setup()
