"""What is written about goods may come after they were paid: practices hear of it, and say what follows."""

from cosmolocal.kernel.practices import installed


def goods_changed(handover_id: int) -> None:
    """Inside operations: every practice, also one that is switched off meanwhile, hears that a fact was written."""
    for practice in installed():
        if practice.goods_changed:
            practice.goods_changed(handover_id)
