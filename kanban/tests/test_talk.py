"""The conversation on the lead's page: what stands around words, and what the composer offers."""

import re

import pytest
from django.test import Client

from leads.models import Consultant, Lead, User
from leads.tests.makers import make_consultant, make_lead
from whatsapp.models import Conversation, Message
from whatsapp.tests.makers import make_consultant_line, make_conversation, make_line, make_template, new_sid

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Consultant:
    return make_consultant("ana")


@pytest.fixture
def desk(client: Client, ana: Consultant) -> Client:
    client.force_login(ana.user)
    return client


@pytest.fixture
def lead(ana: Consultant) -> Lead:
    return make_lead(consultant=ana)


def talk_with(lead: Lead, body: str = "Oi", *, is_closed: bool = False, **form: str) -> Conversation:
    conversation = make_conversation(body=body, **form)
    Conversation.objects.filter(pk=conversation.pk).update(
        lead=lead, status="transferred", consultant=lead.consultant, window_closed_early=is_closed
    )
    return conversation


def page(desk: Client, lead: Lead) -> str:
    return desk.get(f"/leads/{lead.pk}/").content.decode()


def test_composer_within_the_window_takes_words_and_files(desk: Client, lead: Lead) -> None:
    make_template()
    talk_with(lead)

    html = page(desk, lead)

    assert 'id="reply-form"' in html
    assert 'id="reply-file"' in html
    assert "template-form" not in html


def test_composer_outside_the_window_offers_approved_templates_alone(desk: Client, lead: Lead) -> None:
    offered = make_template(samples={"1": "Marina"}, buttons=["Sim"])
    make_template(name="not_yet", status="pending")
    talk_with(lead, is_closed=True)

    html = page(desk, lead)

    assert "reply-form" not in html
    # Folded, or the conversation had no room left
    form = re.search(r'<details [^>]*id="by-template"[^>]*>(.*?)</details>', html, re.DOTALL)
    assert form
    assert " open" not in form[0].partition(">")[0]
    assert f'data-template="{offered.pk}"' in form[1]
    assert "not_yet" not in html
    assert re.findall(r'data-variable="(\w+)"', html) == ["1", "2"]
    assert "for example Marina" in html
    assert 'data-body="Olá {{1}}, aqui é {{2}}."' in html
    assert "Sim" in html


def test_composer_without_templates_says_where_they_come_from(desk: Client, lead: Lead) -> None:
    talk_with(lead, is_closed=True)
    assert "no approved template yet" in page(desk, lead)


def test_composer_escapes_what_a_provider_wrote(desk: Client, lead: Lead) -> None:
    make_template(body='"><script>alert({{1}})</script>', samples={"1": '"><img>'})
    talk_with(lead, is_closed=True)

    html = page(desk, lead)

    assert "<script>alert" not in html
    assert '"><img>' not in html


@pytest.mark.parametrize(
    ("body", "samples", "values"),
    [
        ("Olá {{1}}, aqui é {{2}}.", {"1": "Marina", "2": "Ana Souza"}, ["Olivia", "Ana Lima"]),
        ("Olá {{1}}, aqui é {{2}}.", {}, ["Olivia Hayes", "Ana Lima"]),
        ("Hi {{ 2 }}! I'm {{1}}", {"1": "Ana", "2": "James Dean"}, ["Ana", "Olivia Hayes"]),
        ("{{name}}: {{consultant}}, {{day}}", {"day": "monday"}, ["Olivia Hayes", "Ana Lima", ""]),
        ("Olá, seu pedido {{1}} saiu. Endereço: {{2}}", {}, ["", ""]),
    ],
)
def test_template_is_filled_with_the_names_that_belong_there(desk, ana, lead, body, samples, values):
    User.objects.filter(pk=ana.pk).update(first_name="Ana", last_name="Lima")
    Lead.objects.filter(pk=lead.pk).update(name="Olivia Hayes")
    make_template(body=body, samples=samples)
    talk_with(lead, is_closed=True)

    html = page(desk, lead)

    assert re.findall(r'data-variable="\w+" value="([^"]*)"', html) == values
    shown = re.search(r'data-body="[^"]*" aria-live="polite">([^<]*)<', html)[1]
    assert all(value in shown for value in values)


def test_template_greets_by_the_first_name_and_not_by_a_title(desk, lead):
    Lead.objects.filter(pk=lead.pk).update(name="Dona Nélida Figueirôa")
    make_template(body="Olá {{1}}!", samples={"1": "Marina"})
    talk_with(lead, is_closed=True)

    assert 'value="Nélida"' in page(desk, lead)


def test_template_in_the_language_of_the_client_comes_first(desk, lead):
    make_template(name="appointment")
    make_template(name="follow_up", language="en")
    Lead.objects.filter(pk=lead.pk).update(language="en")
    talk_with(lead, is_closed=True)

    assert re.findall(r"<option [^>]*>([^<]*_[^<]*)</option>", page(desk, lead)) == [
        "follow_up (en)",
        "appointment (pt_BR)",
    ]


def test_name_that_a_colleague_gave_to_their_lead_is_not_filled_in(desk, ana):
    theirs = make_lead(consultant=make_consultant("bia"), name="Secret Name")
    make_template()
    conversation = talk_with(theirs, is_closed=True, ProfileName="Olivia")
    own = make_consultant_line(ana)
    Conversation.objects.filter(pk=conversation.pk).update(line=own, consultant=ana)

    html = desk.get(f"/inbox/conversations/{conversation.pk}/").content.decode()

    assert "Secret Name" not in html
    assert re.findall(r'data-variable="1" value="([^"]*)"', html) == ["Olivia"]


def test_lead_who_never_wrote_can_be_written_to_first(desk: Client, lead: Lead) -> None:
    make_template()
    make_line()

    html = page(desk, lead)

    assert "Write first, from the line Agent" in html
    assert f'data-lead="{lead.pk}"' in html


def test_lead_without_a_phone_cannot_be_written_to(desk: Client, ana: Consultant) -> None:
    make_line()
    assert "Write first" not in page(desk, make_lead(consultant=ana, phone=None))


def test_quoted_words_stand_above_the_answer(desk: Client, lead: Lead) -> None:
    conversation = talk_with(lead, "Qual o valor?")
    quoted = conversation.messages.get()
    make_conversation(conversation.line, "Desse aqui", OriginalRepliedMessageSid=quoted.sid)

    html = page(desk, lead)

    assert re.search(r'<blockquote class="quoted">.*Qual o valor\?', html)


def test_quoted_words_that_are_not_shown_are_left_out(desk: Client, lead: Lead) -> None:
    talk_with(lead, OriginalRepliedMessageSid=new_sid())
    assert "<blockquote" not in page(desk, lead)


@pytest.mark.parametrize(
    ("form", "shown"), [({"Forwarded": "true"}, "Forwarded"), ({"FrequentlyForwarded": "true"}, "many times")]
)
def test_forwarded_message_says_so(desk: Client, lead: Lead, form: dict[str, str], shown: str) -> None:
    talk_with(lead, **form)
    assert shown in page(desk, lead)


def test_location_is_a_link_to_a_map(desk: Client, lead: Lead) -> None:
    place = {"Latitude": "51.51", "Longitude": '-0.21"><b>', "Label": "Club"}
    talk_with(lead, "", MessageType="location", **place)

    html = page(desk, lead)

    assert "mlat=51.51&amp;mlon=-0.21%22%3E%3Cb%3E" in html
    assert "Club" in html


def test_contact_cards_show_whom_they_are_of(desk: Client, lead: Lead) -> None:
    message = talk_with(lead, "", MessageType="contacts").messages.get()
    card = {"name": "Bia <Lima>", "phones": "+55 11 9"}
    Message.objects.filter(pk=message.pk).update(details={"context": {"contacts": [card]}})

    assert "Bia &lt;Lima&gt; +55 11 9" in page(desk, lead)


def test_kind_that_cannot_be_shown_is_named(desk: Client, lead: Lead) -> None:
    talk_with(lead, "", MessageType="unsupported")
    assert "[Not readable]" in page(desk, lead)


def test_parameter_that_is_called_like_our_context_does_no_harm(desk: Client, lead: Lead) -> None:
    talk_with(lead, context="odd")
    assert "Oi" in page(desk, lead)


def test_file_of_ours_is_shown_by_its_name(desk: Client, lead: Lead) -> None:
    conversation = talk_with(lead)
    Message.objects.create(
        conversation=conversation,
        seq=2,
        direction="out",
        author="consultant",
        kind="document",
        status="sent",
        media=[{"file": "whatsapp/x.pdf", "content_type": "application/pdf", "filename": "contract.pdf"}],
    )

    assert "contract.pdf" in page(desk, lead)


@pytest.mark.parametrize(("kind", "is_offered"), [("template", True), ("text", False)])
def test_failed_template_can_be_sent_again_outside_the_window(
    desk: Client, lead: Lead, kind: str, is_offered: bool
) -> None:
    conversation = talk_with(lead, is_closed=True)
    Message.objects.create(
        conversation=conversation,
        seq=2,
        direction="out",
        author="consultant",
        kind=kind,
        body="x",
        status="failed",
    )
    assert ("data-again" in page(desk, lead)) is is_offered


def test_message_that_waits_says_why(desk: Client, lead: Lead) -> None:
    conversation = talk_with(lead)
    Message.objects.create(
        conversation=conversation,
        seq=2,
        direction="out",
        author="agent",
        body="x",
        status="queued",
        error_code="20003",
    )

    assert "The message waits until a manager has mended it. (20003)" in page(desk, lead)


def test_page_says_which_line_it_is_and_that_the_client_is_not_on_whatsapp(desk, lead):
    conversation = talk_with(lead)
    assert "not on WhatsApp" not in page(desk, lead)

    Conversation.objects.filter(pk=conversation.pk).update(is_unreachable=True)

    html = page(desk, lead)
    assert "Line: Agent" in html
    assert "this number is not on WhatsApp" in html


def test_client_file_that_could_not_be_had_says_why_in_plain_words(desk: Client, lead: Lead) -> None:
    problems = ["too_large", "type_not_allowed", "foreign_host", "not_found", "unreachable"]
    talk_with(lead)
    Message.objects.update(media=[{"content_type": "image/jpeg", "error": problem} for problem in problems])

    html = page(desk, lead)

    assert "it is larger than 16 MB" in html
    assert "not safe to open" in html
    assert "could not be fetched" in html
    assert not any(f" {problem}" in html for problem in problems)


def test_contact_card_of_a_client_is_called_so(desk: Client, lead: Lead) -> None:
    talk_with(lead)
    Message.objects.update(media=[{"file": "whatsapp/x.vcf", "content_type": "text/vcard"}])

    assert "Contact card</a>" in page(desk, lead)
