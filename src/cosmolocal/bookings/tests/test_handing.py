"""What happens with a thing: picked up, given back, late, broken, moved, lost, counted; and who pays what."""

from cosmolocal.agents import operations as agents
from cosmolocal.bookings import operations, queries, tasks
from cosmolocal.bookings.models import Booking, Damage, Report, Thing
from cosmolocal.bookings.operations import Counted, Seen, TermsDraft
from cosmolocal.bookings.tests.village import HOURLY, states
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock
from cosmolocal.messages.models import Letter
from cosmolocal.money import queries as money_queries
from cosmolocal.money.tests.village import refused

SHARED = TermsDraft(by_hour=1000, owner_bp=8000)


def has(village, person):
    return money_queries.balance(village.account(person)).balance


def aside(village, person):
    return money_queries.balance(village.account(person)).set_aside


def test_its_use_is_paid_by_the_hour_and_kilometre_and_the_rest_is_free(village):
    booking = village.book(village.amina, "Bike", 2, 5, km=10)
    village.out(booking, 2.1, meter=1000)
    village.back(booking, 4.5, meter=1004)
    booking.refresh_from_db()
    assert (booking.state, booking.charged) == ("back", 2.5 * 400 + 4 * 50)
    assert (has(village, village.amina), aside(village, village.amina)) == (30_000 - 1200, 0)
    assert village.fund("shared") == 1200
    assert queries.last_meter(village.things["Bike"]) == 1004
    village.book(village.jo, "Bike", 5, 6)
    assert flows_queries.replay() == []


def test_what_is_over_is_noted_once(village):
    booking = village.book(village.amina, "Mill", 2, 5)
    for deed in (operations.give_back, operations.pick_up):
        if deed is operations.pick_up:
            village.out(booking, 2)
        with refused("bookings.done_already"):
            deed(by=village.amina, booking=booking, seen=Seen())
    with refused("bookings.over"):
        operations.cancel(by=village.amina, booking=booking)
    with refused("agents.not_yours"):
        operations.give_back(by=village.jo, booking=booking, seen=Seen())


def test_the_owner_has_her_share_by_the_stated_key(village):
    village.add("Trailer", "trailer", SHARED, holder=village.jo)
    booking = village.book(village.amina, "Trailer", 2, 4)
    village.out(booking, 2)
    village.back(booking, 4)
    assert has(village, village.jo) == 30_000 + 1600
    assert (has(village, village.amina), village.fund("shared")) == (28_000, 400)


def test_late_costs_more_than_was_set_aside_and_is_a_fact(village):
    for hour in (24, 48):
        village.book(village.amina, "Second bike", hour, hour + 12)
    booking = village.book(village.amina, "Bike", 2, 5)
    village.out(booking, 2)
    village.back(booking, 2 + 5 * 24)
    booking.refresh_from_db()
    assert booking.charged == 5 * 3000
    assert has(village, village.amina) == 15_000
    assert flows_queries.replay() == []


def test_late_while_the_next_one_waits_both_are_told_and_it_changes_hands_at_the_door(village, letters):
    late, after = village.book(village.amina, "Mill", 2, 4), village.book(village.jo, "Mill", 4, 6)
    village.out(late, 2, meter=100)
    with clock.frozen_at(village.at(4.2)):
        tasks.look()
        assert letters() == []
    with clock.frozen_at(village.at(4.3)):
        tasks.look()
        tasks.look()
        assert letters() == [("Amina", "Please bring Mill back"), ("Jo", "Mill is not back yet")]
    assert list(queries.late(village.at(4.3), "sharing")) == [late]
    village.out(after, 4.5, meter=130)
    assert states([late, after]) == ["back", "out"]
    assert late.reports.get(what="back").meter == 130
    event = flows_queries.events_of([late.thing.resource_id]).get(action="use")
    assert (event.begins, event.ends, event.effort_quantity) == (village.at(2), village.at(4.5), 150)
    village.back(after, 6)
    assert flows_queries.replay() == []


def test_longer_where_nobody_waits(village):
    booking, _next = village.book(village.amina, "Mill", 2, 4), village.book(village.jo, "Mill", 6, 8)
    village.out(booking, 2)
    with clock.frozen_at(village.at(4.5)):
        operations.change(by=village.amina, booking=booking, begins=village.at(0), ends=village.at(6))
        for ends, code in ((7, "taken"), (4.2, "bad_time")):
            with refused(f"bookings.{code}"):
                operations.change(by=village.amina, booking=booking, begins=village.at(0), ends=village.at(ends))
    found = queries.bookings().get(pk=booking.pk)
    assert (found.commitment.begins, found.commitment.ends) == (village.at(2), village.at(6))


def test_a_repair_moves_who_can_be_moved_and_ends_the_others_with_a_letter(village, letters):
    amina, jo = village.book(village.amina, "Bike", 24, 26), village.book(village.jo, "Bike", 28, 30)
    village.book(village.jo, "Second bike", 28.5, 30)
    block = operations.block(by=village.li_na, thing=village.things["Bike"], begins=village.at(20), ends=village.at(90))
    assert states([amina, jo]) == ["booked", "off"]
    assert Booking.objects.get(pk=amina.pk).thing == village.things["Second bike"]
    assert letters() == [("Amina", "Second bike instead of Bike"), ("Jo", "Bike cannot be used")]
    assert "Tuesday 24 November, 8:00" in Letter.objects.first().text.replace("08:00", "8:00")
    with refused("bookings.taken"):
        village.book(village.jo, "Bike", 40, 42)
    operations.end_block(by=village.li_na, booking=block)
    village.book(village.jo, "Bike", 40, 42)
    assert aside(village, village.amina) == 800 + 5000
    assert flows_queries.replay() == []


def test_a_repair_waits_for_who_has_it_and_is_for_who_looks_after_it(village):
    booking = village.book(village.amina, "Mill", 2, 5)
    village.out(booking, 2)
    mill = village.things["Mill"]
    told = {"thing": mill, "begins": village.at(3), "ends": village.at(9)}
    with refused("agents.not_yours"):
        operations.block(by=village.amina, **told)
    with refused("bookings.out_now"):
        operations.block(by=village.li_na, **(told | {"ends": village.at(5)}))
    block = operations.block(by=village.li_na, **told)
    assert queries.span(queries.bookings().get(pk=block.pk)).begins == village.at(5)


def test_broken_on_the_way_it_is_set_aside_at_once_and_the_next_one_gets_another(village, letters):
    broken, after = village.book(village.amina, "Bike", 2, 5), village.book(village.jo, "Bike", 6, 8)
    village.out(broken, 2)
    village.back(broken, 3, state=Report.State.BROKEN, words="The chain tore. It stands at the bridge.")
    assert states([broken, after]) == ["back", "booked"]
    assert Booking.objects.get(pk=after.pk).thing == village.things["Second bike"]
    [repair] = queries.repairs("sharing")
    assert repair.words.startswith("The chain tore")
    assert [case.booking for case in queries.cases("sharing")] == [broken]
    with refused("bookings.taken"):
        village.book(village.jo, "Bike", 10, 11)
    assert letters()[0] == ("Jo", "Second bike instead of Bike")


def test_a_damage_is_a_quiet_case_until_a_steward_settles_it(village, letters):
    village.add("Trailer", "trailer", SHARED, holder=village.jo)
    booking = village.book(village.amina, "Trailer", 2, 4)
    village.out(booking, 2)
    village.back(booking, 4, state=Report.State.DAMAGED, words="A lamp is broken.")
    operations.say_damage(by=village.jo, booking=booking, words="It cost 20.")
    with refused("agents.not_yours"):
        operations.say_damage(by=village.wei, booking=booking, words="What happened?")
    with refused("bookings.words_missing"):
        operations.say_damage(by=village.amina, booking=booking, words=" ")
    [case] = Damage.objects.all()
    with refused("agents.not_allowed"):
        operations.settle_damage(by=village.jo, damage=case, amount=2000)
    before = has(village, village.jo)
    operations.settle_damage(by=village.li_na, damage=case, amount=2000)
    assert has(village, village.jo) == before + 2000
    assert not queries.cases("sharing").exists()
    with refused("bookings.settled"):
        operations.settle_damage(by=village.li_na, damage=case, amount=0)
    assert [said.words for said in case.said.order_by("pk")] == ["A lamp is broken.", "It cost 20."]
    assert {subject for _name, subject in letters()} == {"About Trailer"}
    assert "lamp" not in " ".join(letter.text for letter in Letter.objects.all())


def test_another_code_is_told_to_who_booked_and_stands_in_no_letter(village, letters):
    village.book(village.amina, "Mill", 24, 26)
    draft = operations.ThingDraft("machine", "Mill", code="9876")
    operations.change_thing(by=village.li_na, thing=village.things["Mill"], draft=draft, terms=TermsDraft())
    assert letters() == [("Amina", "Mill has another code")]
    assert "9876" not in Letter.objects.get().text


def test_sold_while_booked(village, letters):
    amina = village.book(village.amina, "Bike", 24, 26)
    mill = village.book(village.amina, "Mill", 24, 26)
    for name in ("Bike", "Mill"):
        operations.retire(by=village.li_na, thing=village.things[name], why=Thing.State.SOLD)
    assert states([amina, mill]) == ["booked", "off"]
    assert letters() == [("Amina", "Second bike instead of Bike"), ("Amina", "Mill cannot be used")]
    with refused("bookings.gone"):
        village.book(village.jo, "Mill", 30, 31)
    assert flows_queries.replay() == []


def test_never_brought_back(village):
    booking, after = village.book(village.amina, "Mill", 2, 5), village.book(village.jo, "Mill", 50, 51)
    village.out(booking, 2)
    with refused("bookings.out_now"):
        operations.retire(by=village.li_na, thing=village.things["Mill"], why=Thing.State.SOLD)
    operations.retire(by=village.li_na, thing=village.things["Mill"], why=Thing.State.LOST)
    assert states([booking, after]) == ["lost", "off"]
    assert queries.cases("sharing").get().booking == booking
    assert not queries.late(village.at(90)).exists()


def test_the_owner_leaves_and_the_local_may_take_it_over_before(village, letters):
    village.add("Trailer", "trailer", SHARED, holder=village.huang)
    village.add("Tent", "tent", SHARED, holder=village.huang)
    tent, trailer = village.book(village.amina, "Tent", 24, 26), village.book(village.amina, "Trailer", 24, 26)
    operations.give_to(by=village.li_na, thing=village.things["Tent"], holder=village.things["Mill"].holder)
    agents.leave(by=village.huang, agent=village.huang)
    with refused("bookings.gone"):
        village.book(village.jo, "Trailer", 30, 31)
    tasks.look()
    assert states([tent, trailer]) == ["booked", "off"]
    assert Thing.objects.get(name="Trailer").state == "left"
    assert letters() == [("Amina", "Trailer cannot be used")]
    village.out(tent, 24)
    village.back(tent, 26)
    assert village.fund("shared") == 2000
    assert flows_queries.replay() == []


def test_who_leaves_uses_nothing_any_more(village):
    booking = village.book(village.jo, "Mill", 24, 26)
    agents.leave(by=village.jo, agent=village.jo)
    tasks.look()
    assert states([booking]) == ["off"]
    village.book(village.amina, "Mill", 24, 26)


def test_the_yearly_inventory(village):
    mill, bike = village.things["Mill"], village.things["Bike"]
    lines = [Counted(mill.pk, "missing"), Counted(bike.pk, "dirty", 1200, "mud")]
    with refused("agents.not_allowed"):
        operations.count_things(by=village.amina, counted=lines)
    operations.count_things(by=village.li_na, counted=lines)
    with refused("bookings.gone"):
        village.book(village.amina, "Mill", 2, 3)
    assert queries.last_meter(bike) == 1200
    operations.count_things(by=village.li_na, counted=[Counted(mill.pk, "good")])
    village.book(village.amina, "Mill", 2, 3)


def test_figures_name_things_and_nobody(village):
    for begins in (2, 26):
        booking = village.book(village.amina, "Bike", begins, begins + 2)
        village.out(booking, begins, meter=100)
        village.back(booking, begins + 2, meter=107)
    with clock.frozen_at(village.at(60)):
        found = {one.thing.name: one for one in queries.figures("sharing", village.at(0), village.at(48))}
    bike = found["Bike"]
    assert (bike.times, bike.minutes, bike.km, bike.income) == (2, 240, 14, 2 * (800 + 350))
    assert (bike.free_percent, found["Mill"].free_percent) == (92, 100)
    assert HOURLY.by_hour == 400
