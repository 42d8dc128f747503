"""Other systems are told what happens to leads: signed, retried, and never on a private network."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook

from leads.actors import SYSTEM
from leads.models import Endpoint, OutboundMessage
from leads.outbound import queue, sending
from leads.outbound.wire import (
    ForbiddenAddressError,
    host_header,
    is_surely_forbidden,
    post_signed,
    public_address,
)
from leads.payload import LeadPayload
from leads.services.board import add_note
from leads.services.intake import receive_lead
from leads.tests.makers import make_manager, make_statuses
from leads.tests.test_deliveries import at_once
from leads.tests.wires import running_wire

pytestmark = pytest.mark.django_db

SECRET = "whsec_b3V0Z29pbmctc2VjcmV0LWZvci10ZXN0cw=="

PRIVATE_SPELLINGS = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0.0.0.0",
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "fd00::1",
    "fe80::1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "::7f00:1",
    "fec0::1",
    "192.0.0.192",
    "192.88.99.1",
    "::ffff:0:7f00:1",
    "::ffff:0:a9fe:a9fe",
]


@pytest.fixture
def wire(settings):
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]
    with running_wire() as wire:
        wire.answers["/hook"] = (200, {})
        yield wire


def make_endpoint(url, kinds=()):
    return Endpoint.objects.create(name="ERP", url=url, secret=SECRET, kinds=list(kinds))


def make_lead():
    make_statuses()
    payload = LeadPayload(name="Ana Souza", phone="+5511987654321")
    return receive_lead(payload=payload, source=None, actor=SYSTEM, assign=False).lead


def tell():
    queue.owe_messages()
    return sending.send_messages()


def due_again():
    OutboundMessage.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_event_is_sent_once_and_its_signature_verifies(wire):
    make_endpoint(f"{wire.url}/hook", ["received"])
    make_lead()

    assert tell() == 1
    assert tell() == 0

    [(path, _query, headers)] = wire.asked
    told = Webhook(SECRET).verify(wire.bodies[0], headers)
    assert path == "/hook"
    assert told["type"] == "lead.received"
    assert told["data"]["lead"]["phone"] == "+5511987654321"
    message = OutboundMessage.objects.get()
    assert (message.state, message.status_code, headers["webhook-id"]) == ("sent", 200, str(message.pk))


def test_endpoint_without_kinds_hears_everything_after_it_was_registered(wire):
    lead = make_lead()
    make_endpoint(f"{wire.url}/hook")
    add_note(user=make_manager(), lead_id=lead.pk, text="Called")

    tell()

    assert [json.loads(body)["type"] for body in wire.bodies] == ["lead.note"]


def test_failed_message_is_tried_again_with_the_same_id_for_a_day_and_then_given_up(wire):
    wire.answers["/hook"] = (500, {})
    make_endpoint(f"{wire.url}/hook", ["received"])
    make_lead()
    queue.owe_messages()
    pauses = []
    for _attempt in range(len(sending.PAUSES) + 1):
        due_again()
        sending.send_messages()
        message = OutboundMessage.objects.get()
        pauses.append(message.next_attempt_at and message.next_attempt_at - timezone.now())

    assert (message.state, message.status_code, message.error) == ("dead", 500, "HTTP 500")
    assert {headers["webhook-id"] for _path, _query, headers in wire.asked} == {str(message.pk)}
    assert sum(pauses[:-1], timedelta()) > timedelta(hours=24)


def test_dead_message_is_sent_once_more_from_the_admin(wire, client):
    make_endpoint(f"{wire.url}/hook", ["received"])
    make_lead()
    queue.owe_messages()
    OutboundMessage.objects.update(state="dead", attempts=9, next_attempt_at=None)
    client.force_login(make_manager())
    message = OutboundMessage.objects.get()

    url = reverse("admin:leads_outboundmessage_changelist")
    client.post(url, {"action": "replay", "_selected_action": [message.pk]})
    sending.send_messages()

    message.refresh_from_db()
    assert message.state == "sent"


def test_message_of_a_stopped_endpoint_is_not_owed_again_and_the_admin_says_so(wire, client):
    make_endpoint(f"{wire.url}/hook", ["received"])
    make_lead()
    queue.owe_messages()
    OutboundMessage.objects.update(state="dead", attempts=9, next_attempt_at=None)
    Endpoint.objects.update(is_active=False)
    client.force_login(make_manager())
    url = reverse("admin:leads_outboundmessage_changelist")

    chosen = {"action": "replay", "_selected_action": [OutboundMessage.objects.get().pk]}
    page = client.post(url, chosen, follow=True)

    assert "switched off" in page.content.decode()
    assert "sent once more" not in page.content.decode()
    assert (OutboundMessage.objects.get().state, wire.asked) == ("dead", [])


def test_endpoint_that_answers_gone_is_told_nothing_more(wire):
    wire.answers["/hook"] = (410, {})
    endpoint = make_endpoint(f"{wire.url}/hook")
    lead = make_lead()
    tell()
    add_note(user=make_manager(), lead_id=lead.pk, text="Called")

    tell()

    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert "410" in endpoint.stopped_because


def test_redirect_is_a_failure_and_is_not_followed(wire):
    wire.answers["/hook"] = (302, {"location": f"{wire.url}/inside"})
    make_endpoint(f"{wire.url}/hook", ["received"])
    make_lead()

    tell()

    assert [path for path, _query, _headers in wire.asked] == ["/hook"]
    assert OutboundMessage.objects.get().state == "pending"


def test_worker_that_died_while_sending_leaves_the_message_due_again(wire):
    make_endpoint(f"{wire.url}/hook", ["received"])
    make_lead()
    queue.owe_messages()
    sending._claim_message(Endpoint.objects.get())

    assert sending.send_messages() == 0
    due_again()
    assert sending.send_messages() == 1


@pytest.mark.parametrize("host", PRIVATE_SPELLINGS)
def test_address_inside_a_private_network_is_refused_however_it_is_spelled(host):
    with pytest.raises((ForbiddenAddressError, OSError)):
        public_address(host, 80)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://user:pw@example.com/",
        "http://",
        "http://[::1]:80/x",
    ],
)
def test_url_that_is_no_public_web_address_is_never_sent_to(url):
    answer = post_signed(url, SECRET, "msg_1", b"{}")

    assert answer.status is None
    assert answer.error


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "app.localhost", "10.0.0.5", "169.254.169.254", "[::ffff:127.0.0.1]"]
)
def test_new_endpoint_with_a_private_address_is_refused_in_the_admin(client, host):
    client.force_login(make_manager())
    form = {"name": "ERP", "url": f"http://{host}/hook", "is_active": "on"}

    page = client.post(reverse("admin:leads_endpoint_add"), form, follow=True).content.decode()

    assert "not on the public internet" in page
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize("url", ["ftp://erp.example/hook", "https://shop.example@erp.example/"])
def test_new_endpoint_that_can_never_be_told_is_refused_in_the_admin(client, url):
    client.force_login(make_manager())
    form = {"name": "ERP", "url": url, "is_active": "on"}

    page = client.post(reverse("admin:leads_endpoint_add"), form, follow=True).content.decode()

    assert "Only http and https" in page
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("url", "is_forbidden"),
    [
        ("http://127.0.0.1/", False),
        ("http://127.0.0.2/", True),
        ("https://[fd00::1]/", True),
        ("https://8.8.8.8/", False),
        ("https://erp.example/", False),
    ],
)
def test_address_without_a_name_is_judged_without_asking_anybody(settings, url, is_forbidden):
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]

    assert is_surely_forbidden(url) is is_forbidden


def test_new_endpoint_in_the_admin_shows_its_secret_once(client):
    client.force_login(make_manager())
    form = {"name": "ERP", "url": "https://erp.example/hook", "kinds": ["received"], "is_active": "on"}

    page = client.post(reverse("admin:leads_endpoint_add"), form, follow=True).content.decode()

    endpoint = Endpoint.objects.get()
    assert endpoint.kinds == ["received"]
    assert endpoint.secret in page
    assert (
        endpoint.secret
        not in client.get(reverse("admin:leads_endpoint_change", args=[endpoint.pk])).content.decode()
    )


def make_leads(count):
    make_statuses()
    for number in range(count):
        payload = LeadPayload(email=f"a{number}@mail.example")
        receive_lead(payload=payload, source=None, actor=SYSTEM, assign=False)


@pytest.mark.django_db(transaction=True)
def test_endpoint_that_answers_slowly_is_told_by_one_worker_and_keeps_none_from_the_other(wire):
    make_endpoint(f"{wire.url}/slow", ["received"])
    make_endpoint(f"{wire.url}/hook", ["received"])
    wire.answers["/slow"] = (200, {})
    wire.delays["/slow"] = 0.3
    make_leads(3)
    queue.owe_messages()

    tried = at_once(lambda _number: sending.send_messages(), 3)

    assert wire.at_once == {"/slow": 1, "/hook": 1}
    assert sum(tried) == 6
    assert not OutboundMessage.objects.exclude(state="sent").exists()
    assert set(Endpoint.objects.values_list("busy_until", flat=True)) == {None}


def test_turn_of_an_endpoint_ends_with_its_time_and_the_rest_waits_for_the_next(wire):
    make_endpoint(f"{wire.url}/hook", ["received"])
    wire.delays["/hook"] = 0.1
    make_leads(3)
    queue.owe_messages()

    assert sending.send_messages(turn_seconds=0.05) == 1
    assert sending.send_messages(turn_seconds=0.05) == 1
    assert OutboundMessage.objects.filter(state="sent").count() == 2


def test_path_and_query_beyond_ascii_are_sent_percent_encoded(wire):
    wire.answers["/a%C3%A7%C3%A3o%20do%20lead/%41"] = (200, {})
    make_endpoint(f"{wire.url}/ação do lead/%41?para=João&a=%C3%A7", ["received"])
    make_lead()

    tell()

    assert OutboundMessage.objects.get().state == "sent"
    assert wire.asked[0][:2] == ("/a%C3%A7%C3%A3o%20do%20lead/%41", {"para": "João", "a": "ç"})


def test_host_beyond_ascii_is_named_as_the_dns_knows_it():
    answer = post_signed("http://ação.invalid:8080/hook", SECRET, "msg_1", b"{}")

    assert answer.status is None
    assert "codec" not in answer.error
    assert host_header("https://ação.example:8080/x") == "xn--ao-siap.example:8080"


@pytest.mark.parametrize(
    "url", ["https://x.com/\ud800", f"https://{'ç' * 80}.com/", "https://x.com:99999999/"]
)
def test_url_that_cannot_be_written_to_a_wire_is_a_failure_and_no_error(url):
    answer = post_signed(url, SECRET, "msg_1", b"{}")

    assert (answer.status, bool(answer.error)) == (None, True)


def test_endpoint_that_cannot_be_told_at_all_keeps_no_other_from_its_turn_and_is_given_up(wire, caplog):
    broken = make_endpoint(f"{wire.url}/hook", ["received"])
    Endpoint.objects.filter(pk=broken.pk).update(secret="whsec_a")  # no base64: nothing can be signed
    sound = make_endpoint(f"{wire.url}/hook", ["received"])
    make_lead()

    assert tell() == 2

    assert OutboundMessage.objects.get(endpoint=sound).state == "sent"
    message = OutboundMessage.objects.get(endpoint=broken)
    assert (message.state, message.attempts) == ("pending", 1)
    assert message.error.startswith("It could not be sent")
    assert "message not sent" in caplog.text
    OutboundMessage.objects.filter(pk=message.pk).update(attempts=len(sending.PAUSES))
    due_again()
    sending.send_messages()
    message.refresh_from_db()
    assert message.state == "dead"


def test_endpoint_of_a_worker_that_died_is_free_again_after_its_lease(wire):
    endpoint = make_endpoint(f"{wire.url}/hook", ["received"])
    make_lead()
    queue.owe_messages()
    sending._claim_endpoint([])

    assert sending.send_messages() == 0
    Endpoint.objects.filter(pk=endpoint.pk).update(busy_until=timezone.now() - timedelta(seconds=1))
    assert sending.send_messages() == 1
