"""Files are fetched with care, kept under random names and shown to those who may see them."""

import pytest
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from leads.tests.makers import make_consultant, make_manager
from whatsapp import downloading, media
from whatsapp.models import Message
from whatsapp.tests.makers import make_conversation

pytestmark = pytest.mark.django_db
URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(url: str = URL, content_type: str = "image/jpeg") -> Message:
    form = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": content_type, "MessageType": "image"}
    return make_conversation(body="Foto da fachada", **form).messages.get()


def fetched(message: Message) -> dict:
    media.fetch_due()
    message.refresh_from_db()
    return message.media[0]


def test_fetch_due_keeps_the_file_under_a_random_name(twilio):
    twilio.files[URL.partition(".com")[2]] = ("image/jpeg", b"jpeg bytes")
    message = picture()

    item = fetched(message)

    assert default_storage.open(item["file"]).read() == b"jpeg bytes"
    assert item["file"].startswith("whatsapp/")
    assert item["size"] == 10
    assert message.media_due_at is None
    assert twilio.requests[0].authorization.startswith("Basic ")
    assert media.fetch_due() == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/x",
        "https://evil.example/x",
        "https://api.twilio.com@127.0.0.1/x",
        "https://api.twilio.com:8443/x",
        "https://127.0.0.1/x",
        "https://2130706433/x",
        "https://[::ffff:127.0.0.1]/x",
        "file:///etc/passwd",
    ],
)
def test_fetch_due_other_hosts_are_never_asked(twilio, url):
    assert fetched(picture(url))["error"] == "foreign_host"
    assert twilio.requests == []


def test_fetch_due_redirect_elsewhere_is_not_followed(twilio):
    twilio.redirects[URL.partition(".com")[2]] = "http://169.254.169.254/latest/meta-data"

    assert fetched(picture())["error"] == "foreign_host"


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/x-msdownload", ""])
def test_fetch_due_active_content_is_not_kept(twilio, content_type):
    twilio.files[URL.partition(".com")[2]] = (content_type, b"<script>")

    assert fetched(picture())["error"] == "type_not_allowed"


def test_fetch_due_too_large_is_dropped(twilio, monkeypatch):
    monkeypatch.setattr(downloading, "MOST_BYTES", 100)
    twilio.files[URL.partition(".com")[2]] = ("image/png", b"x" * 101)

    assert fetched(picture())["error"] == "too_large"


def test_fetch_due_twilio_away_is_tried_again_later(twilio, settings):
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
    message = picture()

    assert "error" not in fetched(message)
    assert message.media_due_at is not None


def test_fetch_due_gives_up_after_some_tries(twilio, settings):
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
    message = picture()
    Message.objects.filter(pk=message.pk).update(attempts=4)

    assert fetched(message)["error"] == "unreachable"
    assert message.media_due_at is None


def test_check_public_refuses_names_that_lead_inside():
    with pytest.raises(downloading.HopelessError, match="private_address"):
        downloading._check_public("localhost")


@pytest.mark.parametrize(
    ("content_type", "disposition"), [("image/jpeg", "inline"), ("application/pdf", "attachment")]
)
def test_media_api_shows_pictures_and_downloads_the_rest(twilio, content_type, disposition):
    twilio.files[URL.partition(".com")[2]] = (content_type, b"bytes")
    message = picture()
    fetched(message)
    client = APIClient()
    client.force_authenticate(make_manager())

    shown = client.get(f"/api/conversations/{message.conversation_id}/messages/").json()["results"][0]
    response = client.get(shown["media"][0]["url"], headers={"Accept": "image/webp"})

    assert response.status_code == 200
    assert b"".join(response.streaming_content) == b"bytes"
    assert response["Content-Disposition"].startswith(disposition)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_media_api_is_404_for_others_and_for_what_is_not_there(twilio):
    twilio.files[URL.partition(".com")[2]] = ("image/jpeg", b"bytes")
    message = picture()
    fetched(message)
    client = APIClient()
    client.force_authenticate(make_consultant("bia").user)
    assert client.get(f"/api/messages/{message.pk}/media/0/").status_code == 404

    client.force_authenticate(make_manager())
    assert client.get(f"/api/messages/{message.pk}/media/1/").status_code == 404
