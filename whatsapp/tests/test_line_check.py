"""The button "check this line": what Twilio tells, in words that say what to mend."""

import pytest
from django.urls import reverse

from leads.tests.makers import make_manager
from whatsapp.line_check import check_line, webhook_address
from whatsapp.models import Line
from whatsapp.tests.makers import make_line

pytestmark = pytest.mark.django_db
HERE = "https://crm.example.com/webhooks/whatsapp/"
SENDERS, SERVICES = "/v2/Channels/Senders", "/v1/Services"


@pytest.fixture(autouse=True)
def public_address(settings) -> None:
    settings.PUBLIC_URL = "https://crm.example.com"


def at_twilio(twilio, address: str, *, method: str = "POST", status: str = "ONLINE") -> Line:
    line = make_line()
    sender = {
        "sid": "XE1",
        "status": status,
        "sender_id": line.address,
        "webhook": {"callback_url": address, "callback_method": method},
    }
    twilio.lists[SENDERS] = ("senders", [{"sid": "XE0", "sender_id": "whatsapp:+1999"}, sender])
    twilio.lists[SERVICES] = ("services", [])
    return line


def in_service(twilio, line: Line, **facts) -> None:
    service = {"sid": "MG1", "friendly_name": "Sales", "use_inbound_webhook_on_number": False} | facts
    twilio.lists[SERVICES] = ("services", [service])
    twilio.lists[f"{SERVICES}/MG1/ChannelSenders"] = ("senders", [{"sid": "XE1", "sender": line.address}])


def said(line: Line) -> tuple[bool | None, str]:
    """Whether the webhook is right, and everything that was found."""
    findings = check_line(line)
    line.refresh_from_db()
    return line.is_webhook_configured, " ".join(finding.text for finding in findings)


def test_address_to_paste_has_the_connection_overrides():
    assert webhook_address() == HERE + "#rc=5&rp=all&ct=2000&rt=3000"


def test_right_webhook_is_praised(twilio):
    line = at_twilio(twilio, webhook_address())

    is_right, words = said(line)

    assert is_right
    assert "The account is active." in words
    assert "The webhook is right." in words
    assert line.checked_at is not None
    assert (line.last_error, line.last_error_at) == ("", None)


def test_webhook_without_overrides_is_right_with_advice(twilio):
    is_right, words = said(at_twilio(twilio, HERE))

    assert is_right
    assert "gives up after one try" in words


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"address": ""}, "No webhook is set for this sender. Paste https://crm.example.com/webhooks/"),
        ({"address": "https://old.example.com/hook"}, "go to https://old.example.com/hook. Paste"),
        ({"address": HERE.rstrip("/")}, "Paste https://crm.example.com/webhooks/whatsapp/#rc=5"),
        ({"address": HERE, "method": "GET"}, "uses GET. Choose POST."),
        ({"address": HERE, "status": "OFFLINE"}, "this sender is OFFLINE"),
    ],
)
def test_wrong_setup_says_what_to_mend(twilio, facts, words):
    line = at_twilio(twilio, **facts)

    is_right, found = said(line)

    assert is_right is False
    assert words in found
    assert words in line.last_error


def test_messaging_service_that_decides_is_named(twilio):
    line = at_twilio(twilio, HERE)
    in_service(twilio, line, inbound_request_url="https://elsewhere.example.com/")

    is_right, words = said(line)

    assert is_right is False
    assert "the Messaging Service “Sales” go to https://elsewhere.example.com/" in words


def test_messaging_service_that_leaves_it_to_the_sender_is_passed_over(twilio):
    line = at_twilio(twilio, HERE)
    in_service(twilio, line, use_inbound_webhook_on_number=True, inbound_request_url="https://elsewhere/")

    assert said(line)[0]


def test_sender_that_twilio_does_not_list_is_left_to_people(twilio):
    is_right, words = said(make_line())

    assert is_right is None
    assert "does not tell" in words
    assert HERE in words


def test_refused_credentials_are_a_fault(twilio, settings):
    settings.TWILIO_ACCOUNT_SID = "AC" + "9" * 32
    line = make_line()

    findings = check_line(line)

    assert [finding.is_fault for finding in findings] == [True]


def test_twilio_out_of_reach_is_said_and_kept(twilio, settings):
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
    line = make_line()

    _, words = said(line)

    assert "cannot be reached" in words
    assert line.last_error == words


def test_check_that_is_good_again_clears_the_error(twilio):
    line = at_twilio(twilio, HERE)
    Line.objects.update(last_error="The line is not set up correctly at Twilio.")

    said(line)

    assert line.last_error == ""


def test_button_saves_checks_and_comes_back(client, twilio):
    client.force_login(make_manager())
    line = at_twilio(twilio, "https://old.example.com/hook")
    address = reverse("admin:whatsapp_line_change", args=[line.pk])
    form = {"name": "Renamed", "address": line.address, "kind": "agent", "is_active": "on"}
    form |= {"default_country": "BR", "default_language": "pt-BR", "brought_messages": "3"}

    page = client.post(address, form | {"_check": "1"}, follow=True).content.decode()

    line.refresh_from_db()
    assert (line.name, line.brought_messages, line.is_webhook_configured) == ("Renamed", 3, False)
    assert "go to https://old.example.com/hook. Paste" in page
    assert 'name="_check"' in page
