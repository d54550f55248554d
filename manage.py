"""Django's own commands, for those who work on the code."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosmolocal.config.settings")
execute_from_command_line(sys.argv)
