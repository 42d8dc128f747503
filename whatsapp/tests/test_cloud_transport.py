"""Messages leave over Meta's Cloud API: each kind in Meta's form, each failure with its meaning."""

import pytest
from django.core.files.storage import default_storage

from leads.tests.makers import make_manager
from whatsapp import delivery, media
from whatsapp.models import Conversation, Message, Template
from whatsapp.services import send, send_file_as_consultant, send_template_to, show_typing_under
from whatsapp.template_sync import sync_templates
from whatsapp.tests.cloud_double import BUSINESS_ID, NUMBER_ID
from whatsapp.tests.files import PDF, upload
from whatsapp.tests.makers import CLIENT, make_cloud_line, make_conversation, make_template
from whatsapp.transports import transport_of

pytestmark = pytest.mark.django_db(transaction=True)
BSUID = "BR.13491208655302741918"


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def conversation(cloud) -> Conversation:
    return make_conversation(make_cloud_line())


def sent(conversation, text="Olá!") -> Message:
    [message] = send(conversation, [text], author="agent")
    delivery.deliver_due(seconds=0.2)
    message.refresh_from_db()
    return message


def test_text_leaves_to_the_number_with_our_own_id(cloud, conversation):
    message = sent(conversation)

    (accepted,) = cloud.accepted
    assert (accepted["to"], accepted["type"], accepted["text"]["body"]) == ("5511987654321", "text", "Olá!")
    assert accepted["biz_opaque_callback_data"] == str(message.pk)
    assert (message.status, message.sid) == ("sent", accepted["id"])
    assert len(message.sid) > 64


def test_text_to_somebody_without_a_number_is_addressed_by_the_user_id(cloud):
    conversation = make_conversation(make_cloud_line(), From=f"whatsapp:{BSUID}", WaId="")

    sent(conversation)

    (accepted,) = cloud.accepted
    assert (accepted["recipient"], "to" in accepted) == (BSUID, False)


def test_file_leaves_as_a_link_with_caption_and_name(cloud, conversation, client):
    send_file_as_consultant(
        conversation_id=conversation.pk, user=make_manager(), file=upload(PDF, "plan.pdf"), body="A planta"
    )
    delivery.deliver_due(seconds=0.2)

    (accepted,) = cloud.accepted
    document = accepted["document"]
    assert (accepted["type"], document["caption"], document["filename"]) == (
        "document",
        "A planta",
        "plan.pdf",
    )
    assert client.get("/" + document["link"].split("/", 3)[3]).status_code == 200


def test_template_leaves_with_its_parameters_in_their_parts(cloud):
    line = make_cloud_line()
    make_template(
        account=BUSINESS_ID,
        sid="777",
        body="{{header_1}}\n\nOlá {{1}}, {{2}}",
        placeholders=["1", "2", "header_1", "button_0_1"],
    )
    values = {"1": "Marina", "2": "visita", "header_1": "Casa", "button_0_1": "a/b"}

    send_template_to(line=line, phone=CLIENT, template="follow_up", variables=values)
    delivery.deliver_due(seconds=0.2)

    template = cloud.accepted[0]["template"]
    assert (template["name"], template["language"]) == ("follow_up", {"code": "pt_BR"})
    assert template["components"] == [
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "Marina"}, {"type": "text", "text": "visita"}],
        },
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "a/b"}]},
        {"type": "header", "parameters": [{"type": "text", "text": "Casa"}]},
    ]


def test_template_with_named_variables_names_them(cloud):
    line = make_cloud_line()
    make_template(account=BUSINESS_ID, body="Olá {{name}}", placeholders=["name"])

    send_template_to(line=line, phone=CLIENT, template="follow_up", variables={"name": "Marina"})
    delivery.deliver_due(seconds=0.2)

    [part] = cloud.accepted[0]["template"]["components"]
    assert part["parameters"] == [{"type": "text", "parameter_name": "name", "text": "Marina"}]


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [
        ("400:131026", "failed", "131026"),
        ("400:132001", "failed", "132001"),
        ("error_in_200:131051", "failed", "131051"),
        ("429", "queued", "130429"),
        ("400:131056", "queued", "131056"),
        ("500", "unknown", "not_confirmed"),
        ("garbage", "unknown", "not_confirmed"),
        ("empty", "unknown", "not_confirmed"),
        ("drop", "unknown", "not_confirmed"),
    ],
)
def test_failure_means_what_it_means_on_every_wire(cloud, conversation, behaviour, status, code):
    cloud.behave(behaviour)

    message = sent(conversation)

    assert (message.status, message.error_code) == (status, code)
    assert not cloud.accepted


@pytest.mark.parametrize("behaviour", ["hang", "drip"])
def test_answer_that_never_comes_is_not_sent_again(cloud, conversation, settings, behaviour):
    settings.META_TIMEOUT_SECONDS = 0.3
    cloud.behave(behaviour)

    message = sent(conversation)
    delivery.deliver_due(seconds=0.2)

    assert message.status == "unknown"
    assert len([one for one in cloud.requests if one.method == "POST"]) == 1


def test_meta_out_of_reach_is_tried_again_later(settings, conversation):
    settings.META_GRAPH_URL = "http://127.0.0.1:9/v25.0"
    assert sent(conversation).status == "queued"


def test_closed_window_is_believed(cloud, conversation):
    cloud.behave("400:131047")

    assert "24-hour window" in sent(conversation).error_text
    conversation.refresh_from_db()
    assert conversation.window_closes_at is None


def test_line_without_a_token_says_so(cloud):
    message = sent(make_conversation(make_cloud_line(access_token="")))
    assert (message.status, message.error_code) == ("failed", "no_account")


def test_wrong_token_is_the_lines_fault(cloud):
    line = make_cloud_line(access_token="old")
    assert sent(make_conversation(line)).error_code == "190"
    line.refresh_from_db()
    assert line.last_error


def test_typing_reads_the_message_that_is_answered(cloud, conversation):
    show_typing_under(conversation.line, conversation.messages.get().sid)

    [asked] = cloud.typing
    assert asked["message_id"] == conversation.messages.get().sid
    assert (asked["status"], asked["typing_indicator"]) == ("read", {"type": "text"})


def test_typing_that_fails_hurts_nobody(settings, conversation):
    settings.META_GRAPH_URL = "http://127.0.0.1:9/v25.0"
    show_typing_under(conversation.line, conversation.messages.get().sid)


def cloud_template(**over):
    return {
        "id": "594425479261596",
        "name": "visit",
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Casa {{1}}"},
            {
                "type": "BODY",
                "text": "Olá {{1}}, até {{2}}",
                "example": {"body_text": [["Marina", "sábado"]]},
            },
            {"type": "FOOTER", "text": "Até logo"},
            {
                "type": "BUTTONS",
                "buttons": [{"type": "URL", "text": "Mapa", "url": "https://m.example/{{1}}"}],
            },
        ],
    } | over


def test_templates_are_read_page_by_page(cloud):
    make_cloud_line()
    cloud.templates = [
        cloud_template(),
        cloud_template(id="2", name="b", status="REJECTED", rejected_reason="TAG_CONTENT_MISMATCH"),
        cloud_template(id="3", name="c", status="IN_APPEAL", rejected_reason="NONE"),
        cloud_template(id="4", name="d", components=[{"type": "HEADER", "format": "IMAGE"}]),
        cloud_template(id="5", name="e", components=None),
    ]

    assert sync_templates().count == 5

    visit = Template.objects.get(name="visit")
    assert visit.body == "Casa {{header_1}}\n\nOlá {{1}}, até {{2}}\n\nAté logo"
    assert visit.placeholders == ["1", "2", "header_1", "button_0_1"]
    assert (visit.buttons, visit.samples) == (["Mapa"], {"1": "Marina", "2": "sábado"})
    assert (visit.account, visit.status) == (BUSINESS_ID, "approved")
    assert list(Template.objects.exclude(name="visit").values_list("name", "status", "needs_media")) == [
        ("b", "rejected", False),
        ("c", "pending", False),
        ("d", "approved", True),
        ("e", "approved", False),
    ]
    assert set(Template.objects.sendable().values_list("name", flat=True)) == {"visit", "e"}


def test_check_says_what_meta_says(cloud):
    line = make_cloud_line()
    assert transport_of(line).check(line) == "Casa Norte, +1 415-523-8886, GREEN"
    assert [one.path for one in cloud.requests] == [f"/{NUMBER_ID}"]


def picture(cloud, url: str) -> Message:
    cloud.file_urls["1479537139650973"] = url
    message = make_conversation(make_cloud_line()).messages.get()
    item = {"url": "", "id": "1479537139650973", "content_type": "image/jpeg"}
    Message.objects.filter(pk=message.pk).update(media=[item], media_due_at=message.created_at)
    media.fetch_due()
    message.refresh_from_db()
    return message


def test_file_of_a_client_is_fetched_with_the_token(cloud):
    cloud.files["/files/1"] = ("image/jpeg", b"jpeg bytes")

    [item] = picture(cloud, cloud.url + "/files/1").media

    assert default_storage.open(item["file"]).read() == b"jpeg bytes"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/1",
        "http://lookaside.fbsbx.com/1",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "",
    ],
)
def test_token_goes_to_meta_alone(cloud, url):
    assert picture(cloud, url).media[0]["error"] == "foreign_host"
