"""The lists of the shop, each declared with its noun: whoever looks for one by its code finds all of them here."""

from cosmolocal.practices.shop.door.listings import given_back
from cosmolocal.practices.shop.farms.listings import asked
from cosmolocal.practices.shop.orders.listings import in_round, own
from cosmolocal.practices.shop.rounds.listings import sold

__all__ = ["asked", "given_back", "in_round", "own", "sold"]
