"""Twilio's words become ours: real shapes of every kind of message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp.payloads import DeliveryStatus, InboundMessage, MalformedPayloadError, text_of
from whatsapp.tests.makers import inbound_form


def parsed(body: str = "", **over) -> InboundMessage:
    return InboundMessage.parse(inbound_form(body, **over))


def test_parse_text_message():
    message = parsed("Olá 🙂")
    assert (message.kind, message.body, message.phone) == ("text", "Olá 🙂", "+5511987654321")
    assert message.profile_name == "Cliente Teste"


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/jpeg", "image"),
        ("audio/ogg", "audio"),
        ("video/mp4", "video"),
        ("application/pdf", "document"),
    ],
)
def test_parse_media_without_a_type_is_known_by_its_content(content_type, kind):
    media = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/ME1", "MediaContentType0": content_type}
    message = parsed(MessageType="", **media)
    assert message.kind == kind
    assert message.media == ({"url": "https://api.twilio.com/ME1", "content_type": content_type},)
    assert text_of(message) == f"[{kind}]"


def test_parse_location_is_shown_by_its_label():
    message = parsed(MessageType="location", Latitude="51.5", Longitude="-0.2", Label="The Harrow Club")
    assert message.location == {"latitude": "51.5", "longitude": "-0.2", "label": "The Harrow Club"}
    assert text_of(message) == "The Harrow Club"


def test_parse_ad_click_keeps_the_referral():
    message = parsed("Oi", ReferralCtwaClid="ARAk", ReferralSourceType="ad", ReferralNumMedia="0")
    assert message.referral == {"ReferralCtwaClid": "ARAk", "ReferralSourceType": "ad"}


@pytest.mark.parametrize("name", ["ExternalUserId", "ExternalUserIdentifier"])
def test_parse_user_without_a_number_is_known_by_the_user_id(name):
    message = parsed("Hola", From="", WaId="", **{name: "whatsapp:CO.4480000000000000"})
    assert (message.phone, message.external_user_id) == ("", "CO.4480000000000000")
    assert message.sender == "whatsapp:CO.4480000000000000"
    assert message.client_key == "CO.4480000000000000"


def test_parse_from_that_is_a_user_id():
    message = parsed("Hi", From="whatsapp:US.ABC123XYZ", WaId="")
    assert (message.phone, message.client_key) == ("", "US.ABC123XYZ")


@pytest.mark.parametrize(
    "missing", [{"MessageSid": "", "SmsMessageSid": ""}, {"From": "", "WaId": ""}, {"To": ""}]
)
def test_parse_without_the_essentials_is_malformed(missing):
    with pytest.raises(MalformedPayloadError):
        InboundMessage.parse(inbound_form() | missing)


def test_parse_status_report():
    form = {"MessageSid": "SM1", "MessageStatus": "Undelivered", "ErrorCode": "63016", "ErrorMessage": ""}
    report = DeliveryStatus.parse(form)
    assert (report.status, report.error_code) == ("undelivered", "63016")
    with pytest.raises(MalformedPayloadError):
        DeliveryStatus.parse({"MessageSid": "SM1"})


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=8))
def test_parse_whatever_comes_is_storable(extra):
    message = InboundMessage.parse(inbound_form() | {f"X{name}": value for name, value in extra.items()})
    stored = json.dumps(message.details)
    assert "\\u0000" not in stored
    stored.encode()
    for text in (message.body, *message.details, *message.details.values()):
        assert "\x00" not in text
        text.encode()
