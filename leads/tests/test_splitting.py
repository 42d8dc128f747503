"""Several people in one body: who serves them, and who cannot be reached."""

import pytest

from leads.inference import understand

ANA = {"nome": "Ana Paz", "fone": "11987654321"}
BIA = {"nome": "Bia Reis", "fone": "11987654322"}
RUI = {"nome": "Rui Prado", "fone": "1133330000", "cidade": "Natal", "senha": "s-1"}


def names_in(body):
    return [payload.name for payload in understand(body, "BR")]


@pytest.mark.parametrize(
    "mark",
    [{"organizer": True}, {"is_host": True}, {"isStaff": True}, {"papel": "corretor"}, {"role": "agent"}],
)
@pytest.mark.parametrize("called", ["attendees", "alunos", ""])
def test_whoever_a_list_marks_as_serving_the_others_is_no_lead(mark, called):
    for people in ([RUI | mark, ANA, BIA], [ANA, RUI | mark, BIA], [ANA, BIA, RUI | mark]):
        found = understand({called: people} if called else people, "BR")

        assert [payload.name for payload in found] == ["Ana Paz", "Bia Reis"]
        assert all("Rui Prado" in payload.extra.values() and not payload.city for payload in found)


@pytest.mark.parametrize("mark", [{"organizer": True}, {"role": "agent"}, {"role": "co-applicant"}])
def test_one_client_and_whoever_serves_them_or_asks_with_them_are_one_lead(mark):
    [payload] = understand({"attendees": [RUI | mark, ANA]}, "BR")

    assert (payload.name, payload.phone) == ("Ana Paz", "+5511987654321")


@pytest.mark.parametrize("mark", [{"organizer": False}, {"has_children": True}, {"self": True}])
def test_client_with_some_other_mark_is_a_lead(mark):
    assert names_in([ANA | mark, BIA]) == ["Ana Paz", "Bia Reis"]


@pytest.mark.parametrize("called", ["attendees", "guests"])
def test_organizer_who_is_alone_is_a_lead(called):
    [payload] = understand({called: [ANA | {"organizer": True}]}, "BR")

    assert (payload.name, payload.phone) == ("Ana Paz", "+5511987654321")


@pytest.mark.parametrize("kinds", [("Vendedor", "Comprador"), ("Vendedor", "Vendedor")])
@pytest.mark.parametrize("called", ["leads", "clientes"])
def test_clients_who_sell_are_leads_in_a_list_of_leads(called, kinds):
    people = [person | {"tipo": kind} for person, kind in zip((ANA, BIA), kinds, strict=True)]

    assert names_in({called: people}) == ["Ana Paz", "Bia Reis"]


@pytest.mark.parametrize("people", [[ANA], [ANA, BIA]], ids=["one", "two"])
def test_sellers_are_leads_where_nobody_else_came(people):
    sellers = [person | {"tipo": "Vendedor"} for person in people]

    assert names_in(sellers) == [person["nome"] for person in people]


def test_person_of_whom_a_program_tells_is_a_lead():
    [payload] = understand({"eventos": [{"author": "bot", "texto": "Novo lead", **ANA}]}, "BR")

    assert (payload.name, payload.phone) == ("Ana Paz", "+5511987654321")


@pytest.mark.parametrize("called", ["leads", "alunos"])
@pytest.mark.parametrize(
    ("place", "beside"), [(0, "Ana Paz"), (1, "Ana Paz"), (2, "Bia Reis")], ids=["first", "second", "last"]
)
def test_words_of_whoever_gives_no_contact_are_kept_with_whoever_stands_before_them(called, place, beside):
    people = [ANA, BIA]
    people.insert(place, {"nome": "Zoe Lima", "cidade": "Natal", "obs": "vem junto", "senha": "s-1"})

    found = understand({"origem": "Feira", called: people}, "BR")

    own = {f"{place}.nome": "Zoe Lima", f"{place}.cidade": "Natal", f"{place}.obs": "vem junto"}
    assert {payload.name: payload.extra for payload in found if payload.phone} == {
        name: own | {f"{place}.senha": "•••"} if name == beside else {} for name in ("Ana Paz", "Bia Reis")
    }
    assert all((payload.city, payload.message) == ("", "") for payload in found if payload.phone)


def test_people_of_whom_none_can_be_reached_are_told_each():
    found = understand({"leads": [{"nome": "Ana Paz"}, {"nome": "Bia Reis", "fone": "12"}]}, "BR")

    assert [payload.phone for payload in found] == [None] * len(found)
