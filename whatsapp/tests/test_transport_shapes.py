"""Each transport turns the same thing said into the same message of ours, and offers the same calls."""

import inspect
from typing import Any

import pytest

from whatsapp.cloud_payloads import changes_in
from whatsapp.models import Line
from whatsapp.payloads import InboundMessage, text_of
from whatsapp.tests import cloud_payloads
from whatsapp.tests.cloud_payloads import BSUID, PHONE
from whatsapp.tests.makers import AGENT_NUMBER, inbound_form
from whatsapp.transports import TRANSPORTS
from whatsapp.transports.base import Transport

MEDIA = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


def twilio(body: str = "", **over: str) -> InboundMessage:
    return InboundMessage.parse(inbound_form(body, **over))


def twilio_file(kind: str, content_type: str, body: str = "") -> InboundMessage:
    return twilio(body, MessageType=kind, NumMedia="1", MediaUrl0=MEDIA, MediaContentType0=content_type)


def meta(kind: str = "text", content: Any = None, **over: Any) -> InboundMessage:
    person = over.pop("person", None)
    said = cloud_payloads.message(kind, content, **over)
    people = {"contacts": [person]} if person else {}
    [change] = changes_in(cloud_payloads.webhook(cloud_payloads.value(said, **people)))
    [message] = change.messages(AGENT_NUMBER)
    return message


def meta_file(kind: str, content_type: str, **over: str) -> InboundMessage:
    return meta(kind, {"id": "1479537139650973", "mime_type": content_type, "sha256": "x"} | over)


PAIRS = {
    "text": (twilio("Olá 🙂"), meta("text", {"body": "Olá 🙂"})),
    "image": (
        twilio_file("image", "image/jpeg", "Foto"),
        meta_file("image", "image/jpeg", caption="Foto"),
    ),
    "voice": (twilio_file("audio", "audio/ogg"), meta_file("audio", "audio/ogg; codecs=opus")),
    "video": (twilio_file("video", "video/mp4"), meta_file("video", "video/mp4")),
    "document": (
        twilio_file("document", "application/pdf"),
        meta_file("document", "application/pdf"),
    ),
    "sticker": (twilio_file("sticker", "image/webp"), meta_file("sticker", "image/webp")),
    "location": (
        twilio(
            MessageType="location",
            Latitude="51.51",
            Longitude="-0.21",
            Address="187 Freston Road",
            Label="Club",
        ),
        meta(
            "location", {"latitude": 51.51, "longitude": -0.21, "address": "187 Freston Road", "name": "Club"}
        ),
    ),
    "button of a template": (
        twilio("Quero comprar", MessageType="button", ButtonPayload="buy", ButtonText="Quero comprar"),
        meta("button", {"payload": "buy", "text": "Quero comprar"}),
    ),
    "button reply": (
        twilio("Sim", MessageType="interactive", ButtonPayload="yes", ButtonText="Sim"),
        meta("interactive", {"type": "button_reply", "button_reply": {"id": "yes", "title": "Sim"}}),
    ),
    "list reply": (
        twilio("Moema", MessageType="interactive", ListId="moema", ListTitle="Moema"),
        meta("interactive", {"type": "list_reply", "list_reply": {"id": "moema", "title": "Moema"}}),
    ),
    "reply to": (
        twilio("Essa", OriginalRepliedMessageSid="SM9", OriginalRepliedMessageSender=AGENT_NUMBER),
        meta("text", {"body": "Essa"}, context={"from": "14155238886", "id": "SM9"}),
    ),
    "forwarded": (
        twilio("Veja", Forwarded="true"),
        meta("text", {"body": "Veja"}, context={"forwarded": True}),
    ),
    "forwarded often": (
        twilio("Veja", Forwarded="true", FrequentlyForwarded="true"),
        meta("text", {"body": "Veja"}, context={"frequently_forwarded": True}),
    ),
    "ad": (
        twilio(
            "Oi",
            ReferralSourceUrl="https://fb.me/x",
            ReferralSourceType="ad",
            ReferralSourceId="118588094077142",
            ReferralHeadline="Casas",
            ReferralBody="Fale com a gente",
            ReferralCtwaClid="ARAk",
        ),
        meta(
            "text",
            {"body": "Oi"},
            referral={
                "source_url": "https://fb.me/x",
                "source_type": "ad",
                "source_id": "118588094077142",
                "headline": "Casas",
                "body": "Fale com a gente",
                "ctwa_clid": "ARAk",
            },
        ),
    ),
    "user id beside the number": (
        twilio("Hola", ExternalUserId=f"whatsapp:{BSUID}"),
        meta(from_user_id=BSUID, content={"body": "Hola"}),
    ),
    "user id alone": (
        twilio("Hola", From="", WaId="", ProfileName="Marina", ExternalUserId=f"whatsapp:{BSUID}"),
        meta(
            content={"body": "Hola"},
            person={"profile": {"name": "Marina"}, "user_id": BSUID},
            **{"from": None, "from_user_id": BSUID},
        ),
    ),
    "unsupported": (
        twilio("", MessageType="unsupported"),
        meta("unsupported", None, errors=[{"code": 131051, "title": "Message type unknown"}]),
    ),
}


@pytest.mark.parametrize("what", PAIRS)
def test_same_thing_said_is_the_same_message_on_both(what):
    ours, theirs = PAIRS[what]
    for name in (
        "sender",
        "recipient",
        "phone",
        "external_user_id",
        "client_key",
        "profile_name",
        "kind",
        "body",
        "location",
        "reply_to",
        "forwarded",
        "choice",
        "context",
        "referral",
    ):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert [item["content_type"] for item in ours.media] == [item["content_type"] for item in theirs.media]
    assert text_of(ours) == text_of(theirs)


def test_forwarded_contact_cards_name_their_people():
    card = {"name": {"formatted_name": "Ana Souza"}, "phones": [{"phone": "+55 11 9"}, {"wa_id": "551"}]}
    message = meta("contacts", [card, "odd"])

    assert message.contacts == ({"name": "Ana Souza", "phones": "+55 11 9"},)
    assert (message.kind, text_of(message)) == ("contacts", "Ana Souza")


def test_contact_card_of_twilio_is_a_file_of_kind_contacts():
    form = {"NumMedia": "1", "MediaUrl0": MEDIA, "MediaContentType0": "text/vcard", "MessageType": ""}
    assert twilio(**form).kind == "contacts"


def test_filename_of_a_document_is_kept():
    assert meta_file("document", "application/pdf", filename="plan.pdf").media[0]["filename"] == "plan.pdf"


def test_answer_to_a_form_is_read():
    said = meta("interactive", {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{}"}})
    assert (said.kind, said.body) == ("interactive", "Sent")


def test_both_keep_the_whole_message_that_came():
    ours, theirs = PAIRS["ad"]
    assert ours.details["ReferralHeadline"] == "Casas"
    assert "Casas" in theirs.details["Message"]
    assert theirs.phone == f"+{PHONE}"


@pytest.mark.parametrize("kind", Line.Transport.values)
def test_every_transport_offers_every_call_of_the_interface(kind):
    wanted = [name for name in vars(Transport) if not name.startswith("_")]
    assert len(wanted) >= 6
    for name in wanted:
        asked = inspect.signature(getattr(Transport, name)).parameters
        offered = inspect.signature(getattr(type(TRANSPORTS[kind]), name)).parameters
        assert list(offered) == list(asked), name
