#!/usr/bin/env python
"""The store's commands. The embedded servers run for as long as a command needs them."""

import os
import sys

# These touch no database; everything else holds the servers.
WITHOUT_SERVERS = {"feel", "help", "version", "--help", "--version", "makemessages", "compilemessages", "collectstatic"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")
    from django.core.management import execute_from_command_line

    from supermarket import embedded

    if len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_SERVERS:
        try:
            embedded.hold()
        except RuntimeError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
