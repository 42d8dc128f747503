"""The managers' pages of sources and deliveries."""

import json
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads import deliveries
from leads.models import Delivery, Lead, Source
from leads.services.replaying import replay_deliveries
from leads.tests.makers import make_manager, make_statuses, make_user

pytestmark = pytest.mark.django_db

EXAMPLE = {"ficha": {"quem": "Ana Souza", "zap": "11987654321"}, "obs": "Quero visitar no sábado de manhã"}


@pytest.fixture
def manager(client):
    make_statuses()
    manager = make_manager()
    client.force_login(manager)
    return manager


def make_source(**over):
    return Source.objects.create(**{"slug": "page", "name": "Page", "secret": "old-secret"} | over)


def source_form(**over):
    blank = dict.fromkeys(
        [
            "secret",
            "previous_secret",
            "signing_secret",
            "previous_signing_secret",
            "verify_token",
            "access_token",
        ],
        "",
    )
    return blank | {
        "name": "Page", "slug": "page", "kind": "generic", "default_country": "br", "is_active": "on",
        "mapping": "{}", "weight": "0", "rate_per_minute": "600",
    } | over  # fmt: skip


def deliver(source, body):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    delivery = Delivery.objects.create(source=source, body=raw, content_type="application/json")
    deliveries.process_pending()
    delivery.refresh_from_db()
    return delivery


def test_new_source_without_secrets_is_given_some_and_shows_them_once(client, manager):
    response = client.post(reverse("admin:leads_source_add"), source_form(), follow=True)

    source = Source.objects.get()
    page = response.content.decode()
    assert source.secret in page
    assert source.signing_secret.startswith("whsec_")
    assert "curl -X POST http" in page
    again = client.get(reverse("admin:leads_source_change", args=[source.pk])).content.decode()
    assert source.secret not in again
    assert source.signing_secret not in again


def test_secrets_left_empty_in_the_form_stay_as_they_are(client, manager):
    source = make_source(access_token="token")

    client.post(reverse("admin:leads_source_change", args=[source.pk]), source_form(name="Renamed"))

    source.refresh_from_db()
    assert (source.name, source.secret, source.access_token) == ("Renamed", "old-secret", "token")


def test_rotated_secret_keeps_the_old_one_valid(client, manager):
    source = make_source()

    page = client.post(
        reverse("admin:leads_source_changelist"),
        {"action": "rotate_secrets", "_selected_action": [source.pk]},
        follow=True,
    ).content.decode()

    source.refresh_from_db()
    assert source.previous_secret == "old-secret"
    assert source.secret in page


@pytest.mark.parametrize("mapping", ['{"nome": "a"}', "[1]", '{"name": 5}', "{"])
def test_mapping_that_makes_no_sense_is_refused_by_the_form(client, manager, mapping):
    response = client.post(reverse("admin:leads_source_add"), source_form(mapping=mapping))

    assert response.status_code == 200
    assert Source.objects.count() == 0


def test_requests_turned_away_are_counted_by_source_and_shown(client, manager):
    source, quiet = make_source(slug="busy-page", rate_per_minute=1), make_source(slug="quiet-page")
    url, right = reverse("lead-webhook", args=["busy-page"]), {"authorization": "Bearer old-secret"}

    answers = [client.post(url, {"fone": "11987654321"}, headers=right).status_code for _ in range(3)]
    answers.append(client.post(url, {"fone": "11987654321"}).status_code)
    answers.append(client.post(url, b"x" * 300_000, "text/plain", headers=right).status_code)

    assert answers in ([202, 429, 429, 401, 413], [202, 429, 202, 401, 413])  # as a minute may begin
    shown = {
        one: client.get(reverse("admin:leads_source_change", args=[one.pk])).content.decode()
        for one in (source, quiet)
    }
    assert f"over the rate: {answers.count(429)}" in shown[source]
    assert "credential missing or wrong: 1" in shown[source]
    assert "too large: 1" in shown[source]
    assert "over the rate" not in shown[quiet]
    assert "over the rate" in client.get(reverse("admin:leads_source_changelist")).content.decode()


def test_replay_after_mending_the_mapping_puts_the_same_lead_right(client, manager):
    source = make_source()
    delivery = deliver(source, {"x1": "vendas", "nome": "Ficha 7", "x2": "Ana Souza", "x3": "11987654321"})
    assert Lead.objects.get().name == "Ficha 7"
    Source.objects.update(mapping={"name": "x2"})

    client.post(reverse("admin:leads_delivery_replay", args=[delivery.pk]))
    deliveries.process_pending()

    delivery.refresh_from_db()
    assert Lead.objects.get().name == "Ana Souza"
    assert delivery.state == "processed"


def test_replay_leaves_alone_what_a_person_has_edited_since(manager):
    source = make_source()
    delivery = deliver(source, {"nome": "Ficha 7", "x2": "Ana Souza", "x3": "11987654321"})
    Lead.objects.update(name="Ana Maria")
    Source.objects.update(mapping={"name": "x2"})

    replay_deliveries([delivery.pk])
    deliveries.process_pending()

    assert Lead.objects.get().name == "Ana Maria"


def test_replay_of_a_rejected_delivery_makes_the_lead_that_was_missed(manager):
    source = make_source()
    delivery = deliver(source, {"quem": "Ana Souza", "onde": "ana at mail"})
    assert delivery.state == "rejected"
    Source.objects.update(mapping={"phone": "codigo"})
    Delivery.objects.update(body=json.dumps({"quem": "Ana Souza", "codigo": "11987654321"}).encode())

    assert replay_deliveries([delivery.pk]) == 1
    deliveries.process_pending()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.leads.count()) == ("processed", 1)


def test_replay_of_a_delivery_without_body_is_left_alone(manager):
    delivery = deliver(make_source(), EXAMPLE)
    Delivery.objects.update(body=None)

    assert replay_deliveries([delivery.pk]) == 0


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "<script>alert(1)</script>", "phone": "11987654321"}',
        b"\xff\xfe<b>",
        b"[" * 3000 + b"]" * 3000,
    ],
)
def test_delivery_page_shows_any_body_escaped(client, manager, body):
    delivery = deliver(make_source(), body)

    page = client.get(reverse("admin:leads_delivery_change", args=[delivery.pk]))

    assert page.status_code == 200
    assert b"<script>alert" not in page.content
    assert b"<b>" not in page.content


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"phone":"11987654321","name":"\\ud800"}', "\\ud800"),
        (b'{"phone":"11987654321","\\udfff":"x"}', "\\udfff"),
        ('{"phone":"11987654321","name":"\u202egpj.exe"}'.encode(), "\\u202egpj.exe"),
        ('{"phone":"11987654321","name":"\u2066Ana\u2069"}'.encode(), "\\u2066Ana\\u2069"),
        ("no form \u202d\x00 at all".encode(), "\\u202d\\u0000 at all"),
        (b"no form \xff", "\\xff"),
    ],
)
def test_delivery_page_spells_out_what_cannot_be_shown_or_would_turn_the_writing(
    client, manager, body, shown
):
    delivery = deliver(make_source(), body)

    page = client.get(reverse("admin:leads_delivery_change", args=[delivery.pk]))

    assert page.status_code == 200
    assert shown in page.content.decode()
    assert not set("\x00\u202d\u202e\u2066\u2069") & set(page.content.decode())


@pytest.mark.parametrize(
    "body",
    [
        b'{"phone":"11987654321","a":"' + b"x" * 200_000 + b'","z":"the end"}',
        b"the beginning " * 20_000,
        b"[" * 500 + b"1," * 40_000 + b"1" + b"]" * 500,
    ],
    ids=["json", "text", "deep"],
)
def test_delivery_page_says_that_a_long_body_is_cut(client, manager, body):
    delivery = deliver(make_source(), body)

    page = client.get(reverse("admin:leads_delivery_change", args=[delivery.pk])).content.decode()

    assert "Cut here: only the first 65536 characters are shown." in page
    assert len(page) < 400_000


def test_delivery_page_says_nothing_of_a_cut_where_all_is_shown(client, manager):
    delivery = deliver(make_source(), EXAMPLE)

    page = client.get(reverse("admin:leads_delivery_change", args=[delivery.pk])).content.decode()

    assert "Cut here" not in page


def test_mapping_page_opens_with_a_delivery_that_holds_half_a_sign(client, manager):
    source = make_source()
    deliver(
        source, b'{"phone":"11987654321","quem\\ud800":"\\ud800Ana","obs":{"\\u202e":["\\udfff\\u202e"]}}'
    )

    page = client.get(reverse("admin:leads_source_mapping", args=[source.pk]))

    assert (page.status_code, "+5511987654321" in page.content.decode()) == (200, True)


def test_lists_of_sources_and_deliveries_open_with_filters(client, manager):
    deliver(make_source(), EXAMPLE)

    for name in ("source", "delivery", "mappingversion", "scoringprofile"):
        assert client.get(reverse(f"admin:leads_{name}_changelist")).status_code == 200
    listed = client.get(reverse("admin:leads_delivery_changelist"), {"state__exact": "processed", "q": "Ana"})
    assert b"Ana Souza" in listed.content


@pytest.mark.parametrize("words", ["98765-4321", "4321", "Ana", "mail.example"])
def test_lead_is_found_by_the_end_of_its_phone_as_by_its_fields(client, manager, words):
    deliver(make_source(), {"nome": "Ana Lima", "fone": "11987654321", "email": "a@mail.example"})
    deliver(make_source(slug="other"), {"nome": "Bruno Reis", "fone": "11912340000"})

    listed = client.get(reverse("admin:leads_lead_changelist"), {"q": words}).content

    assert b"Ana Lima" in listed
    assert b"Bruno Reis" not in listed


def test_delivery_is_found_by_its_id_its_lead_or_its_error(client, manager):
    source = make_source()
    ana = deliver(source, {"nome": "Ana Lima", "fone": "11987654321", "email": "a@mail.example"})
    nobody = deliver(source, {"assunto": "nada"})

    def found(words):
        page = client.get(reverse("admin:leads_delivery_changelist"), {"q": words}).content.decode()
        return {one for one in (ana, nobody) if f"/{one.pk}/change/" in page}

    assert [found(words) for words in (str(ana.pk), "lima", "98765-4321", "4321", "mail.example")] == [
        {ana}
    ] * 5
    assert found("No phone, e-mail") == {nobody}
    assert found("") == {ana, nobody}


def test_list_of_deliveries_does_not_read_their_bodies_and_the_page_of_one_does(client, manager):
    source = make_source()
    delivery = deliver(source, {"nome": "Ana Souza", "telefone": "11987654321"})

    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("admin:leads_delivery_changelist"))
    listed = [query["sql"] for query in asked if '"leads_delivery"."attempts"' in query["sql"]]
    page = client.get(reverse("admin:leads_delivery_change", args=[delivery.pk])).content.decode()

    assert listed
    assert not [sql for sql in listed if '"leads_delivery"."body"' in sql or '"understood"' in sql]
    assert "11987654321" in page


def test_two_chosen_leads_are_merged_and_taken_apart_again_in_the_admin(client, manager):
    source = make_source()
    for body in ({"nome": "Ana", "fone": "11987654321"}, {"nome": "Ana", "email": "ana@mail.example"}):
        deliver(source, body)
    chosen = list(Lead.objects.values_list("pk", flat=True))

    asked = {"action": "merge_chosen", "_selected_action": chosen}
    page = client.post(reverse("admin:leads_lead_changelist"), asked).content.decode()
    assert "+5511987654321" in page
    assert "ana@mail.example" in page
    assert Lead.objects.on_board().count() == 2

    done = client.post(reverse("admin:leads_lead_changelist"), asked | {"sure": "1"}, follow=True)
    kept = Lead.objects.on_board().get()
    assert f'<a href="/leads/{kept.pk}/?tab=timeline">' in done.content.decode()

    event = Lead.objects.on_board().get().events.get(kind="merged")
    client.post(
        reverse("admin:leads_leadevent_changelist"), {"action": "undo_chosen", "_selected_action": [event.pk]}
    )
    assert Lead.objects.on_board().count() == 2


def test_refused_edit_of_a_lead_says_why_and_claims_no_success(client, manager):
    for phone in ("11987654321", "11987654322"):
        deliver(make_source(slug=phone), {"nome": "Ana", "fone": phone})
    mine, other = Lead.objects.order_by("phone")
    page = reverse("admin:leads_lead_change", args=[mine.pk])
    form = client.get(page).context["adminform"].form
    values = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    inlines = {
        f"{group.formset.prefix}-{name}": 0
        for group in client.get(page).context["inline_admin_formsets"]
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }

    answer = client.post(page, values | inlines | {"phone": other.phone}, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert LogEntry.objects.count() == 0
    mine.refresh_from_db()
    assert mine.phone != other.phone


@pytest.mark.parametrize("action", ["give_to_the_next", "archive"])
def test_action_that_a_user_may_not_do_is_refused_in_words(client, manager, action):
    deliver(make_source(), {"nome": "Ana", "fone": "11987654321"})
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_lead", "change_lead"]))
    client.force_login(clerk)

    chosen = {"action": action, "_selected_action": [Lead.objects.get().pk]}
    answer = client.post(reverse("admin:leads_lead_changelist"), chosen, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert Lead.objects.on_board().count() == 1


def test_raw_body_is_shown_as_it_came_beside_the_tree_that_was_read(client, manager):
    delivery = deliver(make_source(), b'{"fone": "0",   "fone": "11987654321"}')

    page = client.get(reverse("admin:leads_delivery_change", args=[delivery.pk])).content.decode()

    assert "{&quot;fone&quot;: &quot;0&quot;,   &quot;fone&quot;: &quot;11987654321&quot;}" in page
    assert "{\n  &quot;fone&quot;: &quot;11987654321&quot;\n}" in page


def test_sources_are_listed_and_filtered_by_the_names_of_their_kinds(client, manager):
    make_source(kind="contact_form_7")
    make_source(slug="g", name="Ads", kind="google_ads")
    url = reverse("admin:leads_source_changelist")

    page = client.get(url, {"kind": "google_ads"}).content.decode()

    assert "Contact Form 7" in page.partition("By kind")[2]
    assert re.search(r'field-kind_in_words">Google Ads<', page)
    assert 'field-kind_in_words">Contact' not in page


def test_new_source_begins_with_an_empty_mapping(client, manager):
    page = client.get(reverse("admin:leads_source_add")).content.decode()

    assert page.partition('name="mapping"')[2].partition("</textarea>")[0].endswith("{}")
