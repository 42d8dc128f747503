"""Each channel against a server that speaks its protocol: what arrives, and how each failure is understood."""

import time

import pytest
from django.utils import timezone

from agent import push_keys, telling
from agent.channels import push as push_channel
from agent.models import Notification, PushKey, PushSubscription
from agent.tests.telling_makers import owe, state_of, states_of, tell
from leads.models import Notice, NoticePreferences
from leads.services import notices
from leads.tests.makers import make_consultant, make_lead, make_manager
from leads.tests.pooling import pooled
from whatsapp import delivery
from whatsapp.models import Conversation, Message
from whatsapp.tests.makers import make_line, make_template

pytestmark = pytest.mark.django_db

PHONE = "+5511955554444"


@pytest.fixture
def ana(db):
    return make_consultant("ana")


def due_again() -> None:
    Notification.objects.filter(state="pending").update(next_attempt_at=timezone.now())


# Web push


def test_push_is_signed_encrypted_and_lets_the_consultant_act(push, ana):
    push.subscribe(ana.user)
    reasons = [{"code": "timeline_now", "text": "Wants it now"}]
    lead = make_lead(
        consultant=ana, name="Júlia", temperature="hot", score=80, classification={"reasons": reasons}
    )
    notice = owe(ana, lead=lead)
    tell()
    assert state_of(notice, "push") == ("sent", "")
    (shown,) = push.shown
    assert shown["title"] == "New lead: Júlia"
    assert "Hot (80/100)\nWants it now" in shown["body"]
    assert (shown["url"], shown["tag"]) == (f"/leads/{lead.pk}/", f"notice-{notice.pk}")
    (headers,) = push.headers
    assert (headers["content-encoding"], headers["urgency"]) == ("aes128gcm", "high")
    assert (headers["topic"], int(headers["ttl"]) > 0) == (f"notice-{notice.pk}", True)
    assert push.claims[0]["sub"].startswith("mailto:")


def test_push_signed_with_the_key_of_the_environment_verifies(push, ana, settings):
    settings.VAPID_PRIVATE_KEY = push_keys.new_key()
    push.subscribe(ana.user)
    notice = owe(ana)
    tell()
    assert state_of(notice, "push") == ("sent", "")
    assert not PushKey.objects.exists()


def test_push_of_an_endless_text_still_fits_a_push(push, ana):
    push.subscribe(ana.user)
    notice = owe(ana, lead=make_lead(consultant=ana, name="N" * 200, message="Ação " * 2000))
    tell()
    assert state_of(notice, "push") == ("sent", "")
    assert int(push.headers[0]["content-length"]) <= 4096


@pytest.mark.parametrize("status", [404, 410])
def test_push_to_a_browser_that_has_gone_forgets_it(push, ana, status):
    push.subscribe(ana.user)
    push.answers.append(status)
    notice = owe(ana)
    tell()
    assert state_of(notice, "push") == ("failed", "no_device")
    assert not PushSubscription.objects.exists()


def test_push_to_two_devices_one_of_them_gone_reaches_the_other(push, ana):
    push.subscribe(ana.user)
    kept = push.subscribe(ana.user)
    push.answers.append(410)
    notice = owe(ana)
    tell()
    assert state_of(notice, "push") == ("sent", "")
    (left,) = PushSubscription.objects.filter(user=ana.user)
    assert left.last_sent_at is not None
    assert (left.pk == kept.pk, len(push.shown)) == (True, 1)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_push_to_a_busy_service_is_tried_again(push, ana, status):
    push.subscribe(ana.user)
    push.answers.append(status)
    notice = owe(ana)
    tell()
    assert state_of(notice, "push") == ("pending", f"HTTP {status}")
    assert tell() == 0
    due_again()
    assert tell() == 1
    assert state_of(notice, "push") == ("sent", "")
    assert len(push.shown) == 1


def test_push_that_a_service_refuses_for_good_fails_and_says_so_on_the_device(push, ana):
    push.subscribe(ana.user)
    push.answers.append(400)
    notice = owe(ana)
    tell()
    assert state_of(notice, "push") == ("failed", "HTTP 400")
    assert PushSubscription.objects.get().last_error == "HTTP 400"


def test_push_to_a_private_address_is_never_sent(push, ana, settings):
    push.subscribe(ana.user)
    settings.OUTBOUND_PRIVATE_HOSTS = []
    notice = owe(ana)
    tell()
    assert state_of(notice, "push") == ("failed", push_channel.FORBIDDEN)
    assert push.headers == []


def test_push_with_keys_that_are_no_keys_fails_without_a_crash(push, ana):
    push.subscribe(ana.user, p256dh="AAAA", auth="x")
    notice = owe(ana)
    tell()
    assert state_of(notice, "push")[0] == "failed"
    assert push.headers == []


def test_push_key_is_made_once_and_unreadable_in_the_database(ana):
    first = push_keys.public_key()
    assert push_keys.public_key() == first
    stored = PushKey.objects.extra(select={"raw": "private_key"}).values_list("raw", flat=True).get()
    assert PushKey.objects.get().private_key not in stored


def test_push_key_after_a_lost_secret_is_made_anew(ana, settings):
    first = push_keys.public_key()
    settings.SECRET_KEY = "another one, the former is lost"
    second = push_keys.public_key()
    assert second != first
    assert push_keys.public_key() == second


# E-mail


def test_mail_names_the_lead_the_reasons_the_clients_words_and_the_address(mail_server, ana):
    slots = {"budget": {"value": {"max": 600000}, "quote": "até 600 mil"}}
    lead = make_lead(
        consultant=ana, name="Júlia", message="Quero visitar", slots=slots, email="julia@example.com"
    )
    line = make_line()
    conversation = Conversation.objects.create(
        line=line, client_address="whatsapp:+1", client_key="+1", lead=lead
    )
    for seq, (author, body) in enumerate(
        [("client", "Oi"), ("agent", "Olá!"), ("client", "Tem vaga?")], start=1
    ):
        direction = "in" if author == "client" else "out"
        Message.objects.create(
            conversation=conversation,
            seq=seq,
            direction=direction,
            author=author,
            body=body,
            status="received",
        )
    notice = owe(ana, lead=lead)
    tell()
    assert state_of(notice, "email") == ("sent", "")
    (letter,) = mail_server.letters
    assert (letter["to"], letter["subject"]) == ("ana@crm.example", "New lead: Júlia")
    text = letter.get_content().replace("\r\n", "\n")
    for part in (
        "Júlia, from WhatsApp",
        lead.phone,
        "julia@example.com",
        "Budget: up to 600,000 (“até 600 mil”)",
        "Quero visitar",
        "Júlia: Oi\nAgent: Olá!\nJúlia: Tem vaga?",
        f"/leads/{lead.pk}/",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        ("refuse:550", ("failed", "SMTP 550")),
        ("refuse:450", ("pending", "SMTP 450")),
        ("reject:554", ("failed", "SMTP 554")),
        ("reject:451", ("pending", "SMTP 451")),
    ],
)
def test_mail_that_is_refused_is_tried_again_only_where_the_server_says_so(
    mail_server, ana, behaviour, outcome
):
    mail_server.behaviours.append(behaviour)
    notice = owe(ana)
    tell()
    assert state_of(notice, "email") == outcome
    assert mail_server.letters == []


def test_mail_that_may_have_been_taken_is_not_sent_twice(mail_server, ana):
    mail_server.behaviours.append("take_then_drop")
    notice = owe(ana)
    tell()
    assert state_of(notice, "email") == ("unknown", "SMTPServerDisconnected")
    due_again()
    tell()
    assert len(mail_server.letters) == 1


def test_mail_to_a_server_out_of_reach_waits_without_asking_for_each_letter(ana, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for _ in range(3):
        owe(ana)
    tell()
    tried = Notification.objects.filter(channel="email", attempts=1)
    assert tried.count() == 1
    assert tried.get().state == "pending"


# Connections


@pytest.mark.django_db(transaction=True)
def test_servers_that_take_their_time_keep_no_connection_from_others(mail_server, push, ana):
    push.subscribe(ana.user)
    free: list[int] = []
    with pooled() as pool:
        for server in (mail_server, push):
            server.on_accept = lambda: free.append(pool.get_stats()["pool_available"])
        notice = owe(ana)
        tell()
        assert states_of(notice) == {"app": "sent", "email": "sent", "push": "sent"}
    assert free == [1, 1]


# WhatsApp


@pytest.fixture
def line(twilio):
    return make_line()


@pytest.fixture
def ana_with_phone(ana):
    ana.phone = "(11) 95555-4444"
    ana.save()
    return ana


def open_window(line) -> Conversation:
    return Conversation.objects.create(
        line=line,
        client_address=f"whatsapp:{PHONE}",
        client_key=PHONE,
        status="transferred",
        last_inbound_at=timezone.now(),
    )


def test_whatsapp_inside_the_window_is_one_free_text(line, ana_with_phone, twilio):
    open_window(line)
    lead = make_lead(consultant=ana_with_phone, name="Júlia", message="Quero visitar " * 300)
    notice = owe(ana_with_phone, lead=lead)
    tell()
    assert state_of(notice, "whatsapp") == ("sending", "")
    delivery.deliver_due(seconds=5)
    telling.follow_messages()
    assert state_of(notice, "whatsapp") == ("sent", "")
    (sent,) = twilio.accepted
    assert sent["to"] == f"whatsapp:{PHONE}"
    assert sent["body"].startswith("*New lead: Júlia*")


def test_whatsapp_outside_the_window_is_the_template(line, ana_with_phone, twilio, settings):
    settings.NOTICE_TEMPLATE = "consultant_notice"
    make_template(name="consultant_notice", body="{{1}}. {{2}} Abrir: {{3}}")
    lead = make_lead(consultant=ana_with_phone, name="Júlia", message="linha um\nlinha dois")
    notice = owe(ana_with_phone, lead=lead)
    tell()
    delivery.deliver_due(seconds=5)
    telling.follow_messages()
    assert state_of(notice, "whatsapp") == ("sent", "")
    message = Message.objects.get()
    assert message.is_template
    assert "New lead: Júlia. " in message.body
    assert f"/leads/{lead.pk}/" in message.body
    assert len(twilio.accepted) == 1


def test_whatsapp_outside_the_window_without_a_template_says_why_it_was_not_sent(line, ana_with_phone):
    notice = owe(ana_with_phone)
    tell()
    assert state_of(notice, "whatsapp") == ("failed", "no_template")
    assert not Message.objects.exists()


def test_whatsapp_that_twilio_refuses_is_shown_as_failed(line, ana_with_phone, twilio):
    open_window(line)
    twilio.behave("400:63016")
    notice = owe(ana_with_phone)
    tell()
    delivery.deliver_due(seconds=5)
    telling.follow_messages()
    state, error = state_of(notice, "whatsapp")
    assert state == "failed"
    assert error


def test_whatsapp_without_a_number_is_not_even_tried(line, ana):
    notice = owe(ana)
    tell()
    assert "whatsapp" not in states_of(notice)


# Choosing


def test_channels_that_were_switched_off_stay_silent(push, mail_server, ana):
    push.subscribe(ana.user)
    NoticePreferences.objects.create(user=ana.user, by_app=False, by_push=False, by_email=False)
    notice = owe(ana)
    tell()
    assert states_of(notice) == {}
    assert Notice.objects.get().state == "told"
    assert (push.headers, mail_server.letters) == ([], [])


def test_managers_who_are_no_consultants_are_told_too(mail_server):
    boss, lead = make_manager("boss"), make_lead(name="Júlia")
    notices.notify_managers(kind="alert", key="alert:1", lead=lead, facts={"minutes": 15})
    tell()
    (letter,) = mail_server.letters
    assert (letter["to"], letter["subject"]) == (boss.email, "Júlia needs a manager")
    assert "Nobody could take this lead for 15 minutes." in letter.get_content()


def test_push_that_hangs_ends_at_its_deadline(push, ana, monkeypatch):
    monkeypatch.setattr("leads.outbound.wire.DEADLINE_SECONDS", 0.3)
    push.subscribe(ana.user)
    push.hang_seconds = 3
    notice, began = owe(ana), time.monotonic()
    tell()
    assert time.monotonic() - began < 2.5
    assert state_of(notice, "push")[0] == "pending"
