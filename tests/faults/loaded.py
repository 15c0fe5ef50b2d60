"""Loads Django once, in the process that workers are forked from; opens no connection."""

import importlib
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")

import django

django.setup()

for module in ("supermarket.tasks", "supermarket.urls"):
    importlib.import_module(module)
