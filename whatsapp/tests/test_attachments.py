"""Files that we send: kept once, lent for a while to whoever holds the signed address, sent as media."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from leads.errors import InvalidError, NotAllowedError, NotFoundError
from leads.tests.makers import make_consultant, make_manager
from whatsapp import delivery
from whatsapp.attachments import PUBLIC_FOR, public_url
from whatsapp.models import Conversation, Message
from whatsapp.services import retry_message, send_file_as_consultant
from whatsapp.services.outbound import ClientIdReusedError
from whatsapp.tests import files
from whatsapp.tests.files import upload
from whatsapp.tests.makers import known_lead, make_consultant_line, make_conversation
from whatsapp.tests.test_api import api, url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def manager():
    return make_manager()


def kept(folder) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def send_file(user, conversation=None, content=files.PNG, name="plan.png", **over) -> list[Message]:
    conversation = conversation or make_conversation()
    given = {"conversation_id": conversation.pk, "user": user, "file": upload(content, name)}
    return send_file_as_consultant(**given | over).messages


def path_of(address: str) -> str:
    return urlsplit(address).path


def test_file_leaves_as_media_url_with_its_caption(twilio, manager, client):
    (message,) = send_file(manager, body="A planta")

    delivery.deliver_due(seconds=0.2)

    (sent,) = twilio.accepted
    assert sent["body"] == "A planta"
    fetched = client.get(path_of(sent["media_url"]))
    assert b"".join(fetched.streaming_content) == files.PNG
    assert fetched["Content-Type"] == "image/png"
    message.refresh_from_db()
    assert (message.status, message.kind, message.body) == ("sent", "image", "A planta")


def test_file_without_words_is_sent_without_a_body(twilio, manager):
    send_file(manager, content=files.PDF, name="contract.pdf")

    delivery.deliver_due(seconds=0.2)

    (posted,) = [one.form for one in twilio.requests if one.method == "POST"]
    assert "Body" not in posted
    assert posted["MediaUrl"].endswith("/contract.pdf")


@pytest.mark.parametrize(
    ("content", "name", "body"), [(files.OGG, "voice.ogg", "Ouça"), (files.PNG, "a.png", "x " * 700)]
)
def test_words_that_cannot_be_a_caption_follow_the_file(twilio, manager, content, name, body):
    messages = send_file(manager, content=content, name=name, body=body)

    assert [message.kind for message in messages] == [messages[0].kind, "text"]
    assert (messages[0].body, messages[1].body) == ("", body.strip())
    assert messages[1].send_after > messages[0].send_after


def test_public_address_expires(manager, client):
    (message,) = send_file(manager)
    address = path_of(public_url(message))

    assert client.get(address).status_code == 200
    with time_machine.travel(timezone.now() + PUBLIC_FOR + timedelta(minutes=1)):
        assert client.get(address).status_code == 404


def test_public_address_can_be_neither_guessed_nor_bent(manager, client):
    (message,) = send_file(manager)
    folder, name = path_of(public_url(message)).rsplit("/", 1)

    for wrong in (
        f"{folder[:-1]}/{name}",
        f"/media/whatsapp/{message.pk}/{name}",
        f"/media/whatsapp/a:b:c/{name}",
    ):
        assert client.get(wrong).status_code == 404


def test_public_address_shows_only_what_we_send(manager, client):
    (message,) = send_file(manager)
    address = path_of(public_url(message))
    Message.objects.filter(pk=message.pk).update(direction="in")

    assert client.get(address).status_code == 404


def test_public_address_lets_nothing_act(manager, client):
    (message,) = send_file(manager, content=b"<script>alert(1)</script>", name="a.txt")

    answer = client.get(path_of(public_url(message)))

    assert answer["Content-Type"].startswith("text/plain")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_public_address_of_a_file_that_is_gone_is_not_found(manager, client):
    (message,) = send_file(manager)
    default_storage.delete(message.media[0]["file"])

    assert client.get(path_of(public_url(message))).status_code == 404


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("Contrato <b>\r\nX: y.pdf.exe", "Contrato _b___X_ y.pdf.png"),
        ("..png", "image.png"),
        ("C:\\Users\\ana\\Plano São Paulo.PNG", "Plano São Paulo.png"),
        ("x" * 300 + ".png", "x" * 100 + ".png"),
    ],
)
def test_name_of_a_file_is_made_harmless(manager, client, given, shown):
    file = upload()
    file._name = given  # as an old browser or another client may send it

    (message,) = send_file(manager, file=file)

    assert message.media[0]["filename"] == shown
    assert client.get(path_of(public_url(message))).status_code == 200


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.png", "empty"),
        (b"MZ\x90\x00", "a.exe", "takes"),
        (files.PNG + b"\x00" * 5 * 1024 * 1024, "a.png", "5 MB"),
        (files.PDF + b"\x00" * 16 * 1024 * 1024, "a.pdf", "16 MB"),
    ],
)
def test_file_that_whatsapp_would_not_take_is_refused(manager, folder, content, name, reason):
    with pytest.raises(InvalidError, match=reason) as refused:
        send_file(manager, content=content, name=name)
    assert list(refused.value.fields) == ["file"]
    assert (kept(folder), Message.objects.filter(direction="out").count()) == (0, 0)


def test_file_is_not_stored_where_it_may_not_be_sent(manager, folder):
    conversation = make_conversation()
    Conversation.objects.update(window_closed_early=True)

    with pytest.raises(InvalidError):
        send_file(manager, conversation)
    with pytest.raises(NotFoundError):
        send_file(make_consultant().user, conversation)
    assert kept(folder) == 0


def test_file_on_a_colleagues_line_is_refused(folder):
    ana, bia = make_consultant(), make_consultant()
    known_lead(phone="+5511987654321", consultant=bia)
    conversation = make_conversation(make_consultant_line(ana))

    with pytest.raises(NotAllowedError):
        send_file(bia.user, conversation)
    assert kept(folder) == 0


def test_file_with_the_same_client_id_is_stored_and_sent_once(manager, folder):
    conversation = make_conversation()
    first = send_file(manager, conversation, client_id="c1")
    again = send_file(manager, conversation, client_id="c1")

    assert first == again
    assert kept(folder) == 1


@pytest.mark.parametrize("change", [{"body": "Outra"}, {"name": "other.png"}])
def test_another_file_or_caption_with_the_same_client_id_is_refused_and_not_kept(manager, folder, change):
    conversation = make_conversation()
    send_file(manager, conversation, client_id="c1", body="A planta")

    with pytest.raises(ClientIdReusedError):
        send_file(manager, conversation, **{"client_id": "c1", "body": "A planta"} | change)

    assert kept(folder) == 1


def test_file_that_failed_is_sent_again_with_the_same_file(twilio, manager, folder):
    (message,) = send_file(manager, body="A planta")
    twilio.behave("400:63019")
    delivery.deliver_due(seconds=0.2)

    retry_message(message_id=message.pk, user=manager)
    delivery.deliver_due(seconds=0.2)

    assert len(twilio.accepted) == 1
    assert twilio.accepted[0]["media_url"].endswith("plan.png")
    assert kept(folder) == 1


def test_file_is_posted_as_multipart_and_shown_in_the_thread(manager):
    conversation = make_conversation()
    body = {"file": upload(files.PDF, "contract.pdf"), "body": "Segue", "client_id": "c1"}

    answer = api(manager).post(url(conversation, "messages/"), body, format="multipart")

    assert answer.status_code == 201, answer.json()
    [item] = answer.json()["media"]
    assert (item["content_type"], item["filename"], item["size"]) == ("application/pdf", "contract.pdf", 41)
    shown = api(manager).get(item["url"])
    assert b"".join(shown.streaming_content) == files.PDF
    assert 'filename="contract.pdf"' in shown["Content-Disposition"]


@pytest.mark.parametrize(
    ("body", "field"), [({"file": upload(b"", "a.png")}, "file"), ({"file": upload(b"MZ", "a.exe")}, "file")]
)
def test_post_of_a_file_that_is_refused_says_why(manager, body, field):
    answer = api(manager).post(url(make_conversation(), "messages/"), body, format="multipart")

    assert answer.status_code == 422
    assert field in answer.json()["fields"]


def test_post_of_words_as_a_form_is_still_a_message(manager):
    answer = api(manager).post(url(make_conversation(), "messages/"), {"body": "Oi"}, format="multipart")

    assert (answer.status_code, answer.json()["body"]) == (201, "Oi")
