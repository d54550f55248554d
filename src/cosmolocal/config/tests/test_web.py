"""The web server asks the database for less patience than a job has, also when both were loaded as one."""

from django.conf import settings
from django.db import connections

from cosmolocal.config import web


def test_connections_of_a_page_wait_less_than_those_of_a_job() -> None:
    options = connections["default"].settings_dict["OPTIONS"]
    before = dict(options)
    try:
        assert settings.LIMIT_OF_JOBS.items() <= options.items()
        web.hurry()
        assert settings.LIMIT_OF_PAGES.items() <= options.items()
        # Both wait 20 seconds for another writer; on PostgreSQL a statement of a page ends after 30.
        limits = (settings.LIMIT_OF_JOBS, settings.LIMIT_OF_PAGES)
        assert limits in (
            ({"timeout": 20}, {"timeout": 20}),
            (
                {"options": "-c statement_timeout=3600s -c lock_timeout=20s"},
                {"options": "-c statement_timeout=30s -c lock_timeout=20s"},
            ),
        )
    finally:
        options.clear()
        options.update(before)
