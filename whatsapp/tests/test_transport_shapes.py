"""Each transport turns the same thing said into the same message or report of ours, offers the same calls, and
fails in the same three ways."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

import pytest

from whatsapp.models import Line
from whatsapp.payloads import InboundMessage, text_of
from whatsapp.send_errors import NotAcceptedError, OutcomeUnknownError, RefusedError, SendError
from whatsapp.tests import cloud_payloads
from whatsapp.tests.cloud_double import BUSINESS_ID, NUMBER_ID, TOKEN
from whatsapp.tests.cloud_payloads import BSUID, PHONE
from whatsapp.tests.makers import AGENT_NUMBER, CLIENT, inbound_form
from whatsapp.transports import TRANSPORTS, transport_of
from whatsapp.transports.base import Outgoing, Transport, Webhook

MEDIA = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


def twilio(body: str = "", **over: str) -> InboundMessage:
    [message] = TRANSPORTS["twilio"].receive(Line(), Webhook(inbound_form(body, **over)))
    return message


def twilio_file(kind: str, content_type: str, body: str = "") -> InboundMessage:
    return twilio(body, MessageType=kind, NumMedia="1", MediaUrl0=MEDIA, MediaContentType0=content_type)


def meta(kind: str = "text", content: Any = None, **over: Any) -> InboundMessage:
    person = over.pop("person", None)
    said = cloud_payloads.message(kind, content, **over)
    people = {"contacts": [person]} if person else {}
    posted = cloud_payloads.webhook(cloud_payloads.value(said, **people))
    line = Line(phone_number_id=NUMBER_ID, address=AGENT_NUMBER)
    [message] = TRANSPORTS["cloud"].receive(line, Webhook(posted))
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
    assert {"receive", "statuses", "send", "show_typing"} < set(wanted)
    for name in wanted:
        asked = inspect.signature(getattr(Transport, name)).parameters
        offered = inspect.signature(getattr(type(TRANSPORTS[kind]), name)).parameters
        assert list(offered) == list(asked), name


@dataclass
class Wire:
    """A transport with its provider. `posted`: its webhook about a message of ours, given the provider's id of it,
    its words for a status, an error code, and our own id."""

    line: Line
    double: Any
    words: Callable[[dict[str, Any]], str]
    posted: Callable[[str, str, str, str], Webhook]

    @property
    def transport(self) -> Transport:
        return transport_of(self.line)

    def send(self, body: str = "Olá!") -> tuple[str, UUID]:
        ours = uuid4()
        return self.transport.send(self.line, Outgoing(ours, CLIENT, body)), ours


def twilio_report(sid: str, status: str, code: str, ours: str) -> Webhook:
    return Webhook({"MessageSid": sid, "MessageStatus": status, "ErrorCode": code}, {"message": ours})


def meta_report(sid: str, status: str, code: str, ours: str) -> Webhook:
    over = {"errors": [{"code": int(code)}]} if code else {}
    said = cloud_payloads.status(status, sid, biz_opaque_callback_data=ours, **over)
    return Webhook(cloud_payloads.webhook(cloud_payloads.value(statuses=[said])))


@pytest.fixture(params=Line.Transport.values)
def wire(request) -> Wire:
    if request.param == Line.Transport.TWILIO:
        double = request.getfixturevalue("twilio")
        return Wire(Line(address=AGENT_NUMBER), double, itemgetter("body"), twilio_report)
    account = {"phone_number_id": NUMBER_ID, "business_account_id": BUSINESS_ID, "access_token": TOKEN}
    line = Line(address=AGENT_NUMBER, transport=request.param, **account)
    return Wire(line, request.getfixturevalue("cloud"), lambda taken: taken["text"]["body"], meta_report)


def test_send_answers_with_the_providers_id_of_what_it_took(wire):
    first, second = wire.send("Olá!")[0], wire.send("Tudo bem?")[0]

    assert [wire.words(taken) for taken in wire.double.accepted] == ["Olá!", "Tudo bem?"]
    assert len({first, second, ""}) == 3


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [("400:100", RefusedError), ("429", NotAcceptedError), ("500", OutcomeUnknownError)]
    + [(lost, OutcomeUnknownError) for lost in ("garbage", "empty", "drop")],
)
def test_send_that_fails_says_what_is_certain(wire, behaviour, error):
    wire.double.behave(behaviour)

    with pytest.raises(SendError) as raised:
        wire.send()
    assert type(raised.value) is error


def test_send_to_a_provider_that_refuses_connections_was_surely_not_taken(wire, settings):
    settings.TWILIO_API_BASE_URL = settings.META_GRAPH_URL = "http://127.0.0.1:9"

    with pytest.raises(NotAcceptedError):
        wire.send()


@pytest.mark.parametrize(
    ("status", "code"), [("sent", ""), ("delivered", ""), ("read", ""), ("failed", "63016")]
)
def test_statuses_tell_of_a_message_by_both_its_ids(wire, status, code):
    sid, ours = wire.send()

    [report] = wire.transport.statuses(wire.line, wire.posted(sid, status, code, str(ours)))

    assert (report.sid, report.status, report.error_code) == (sid, status, code)
    assert report.message_id == ours


@pytest.mark.parametrize("ours", ["", "no id", "\x00"])
def test_statuses_without_our_id_are_known_by_the_providers(wire, ours):
    [report] = wire.transport.statuses(wire.line, wire.posted("SM1", "sent", "", ours))
    assert (report.sid, report.message_id) == ("SM1", None)


def test_typing_is_shown_under_the_clients_message(wire):
    wire.transport.show_typing(wire.line, "SM-of-the-client")

    [shown] = wire.double.typing
    assert shown == "SM-of-the-client" or shown["message_id"] == "SM-of-the-client"


def test_typing_that_is_refused_is_a_send_error_and_no_other(wire, settings):
    settings.TWILIO_API_BASE_URL = settings.META_GRAPH_URL = "http://127.0.0.1:9"

    with pytest.raises(SendError):
        wire.transport.show_typing(wire.line, "SM1")


def test_webhook_that_is_not_signed_by_the_line_is_not_believed(wire, rf):
    wire.line.app_secret = wire.line.auth_token = "the line's own"
    for header in ("X-Twilio-Signature", "X-Hub-Signature-256"):
        request = rf.post("/", {"Body": "Oi"}, headers={header: "sha256=00"})
        assert not wire.transport.is_signed(wire.line, request)
