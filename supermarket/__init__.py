"""The Django project, and the store that ties policies and enterprises together."""
