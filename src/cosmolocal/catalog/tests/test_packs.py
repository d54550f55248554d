"""Many order an item for the first time at one moment: all mean the same version of its pack."""

import threading

import pytest
from django.db import connection, transaction

from cosmolocal.catalog import operations
from cosmolocal.catalog.models import Item, PackVersion
from cosmolocal.catalog.operations import PackFacts
from cosmolocal.catalog.tests import village as at


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_gets_the_version_of_who_was_first() -> None:
    item = Item.objects.create(product=at.pak_choi(at.found()))
    start, got = threading.Barrier(6), []

    def ask() -> None:
        try:
            start.wait()
            for number in range(10):
                with transaction.atomic():
                    facts = PackFacts(item.pk, f"Pak choi {number}", "bunch", "piece", 1, "", 0, 0, 0)
                    got.append(operations.keep_packs([facts])[0].pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _household in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 60
    assert sorted(set(got)) == sorted(PackVersion.objects.values_list("pk", flat=True))
    assert PackVersion.objects.count() == 10
