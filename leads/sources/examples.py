"""One body for each kind of source, as its senders write it: to copy, to try out, to describe the API with."""

import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

# Where a sender proves itself inside the body.
KEY_IN_BODY = "key-of-the-form"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class Example(NamedTuple):
    """`value` is JSON, or the fields of a form by their names."""

    content_type: str
    value: Any

    @property
    def body(self) -> str:
        return (
            json.dumps(self.value, ensure_ascii=False) if self.content_type == JSON else urlencode(self.value)
        )


_CONTACT = {"name": "Ana Souza", "phone": "+5511987654321", "email": "ana@example.com", "message": "Hello"}
_TYPEFORM_ANSWERS = [
    {"type": "text", "text": "Ana Souza", "field": {"id": "a1", "type": "short_text", "ref": "name"}},
    {"type": "phone_number", "phone_number": "+5511987654321", "field": {"id": "a2", "type": "phone_number"}},
    {"type": "email", "email": "ana@example.com", "field": {"id": "a3", "type": "email"}},
]
_TYPEFORM_QUESTIONS = [
    {"id": "a1", "title": "Your name", "type": "short_text"},
    {"id": "a2", "title": "Phone", "type": "phone_number"},
    {"id": "a3", "title": "E-mail", "type": "email"},
]
_JOTFORM_ANSWERS = {
    "q3_fullName": {"first": "Ana", "last": "Souza"},
    "q4_email": "ana@example.com",
    "q5_phoneNumber": {"full": "(11) 98765-4321"},
}

EXAMPLES: dict[str, Example] = {
    "generic": Example(JSON, _CONTACT | {"product": "Apartment", "value": 450000, "utm_source": "instagram"}),
    "zapier": Example(JSON, _CONTACT),
    "make": Example(JSON, {"lead": {"contact": _CONTACT}}),
    "meta": Example(
        JSON,
        {
            "object": "page",
            "entry": [
                {
                    "id": "1001",
                    "time": 1772452800,
                    "changes": [
                        {
                            "field": "leadgen",
                            "value": {"leadgen_id": "4440001", "page_id": "1001", "form_id": "2002"},
                        }
                    ],
                }
            ],
        },
    ),
    "google_ads": Example(
        JSON,
        {
            "lead_id": "lead-0001",
            # 2**53 + 1: whoever reads it as a double gets another form
            "form_id": 9007199254740993,
            "campaign_id": 70001,
            "gcl_id": "click-1",
            "google_key": KEY_IN_BODY,
            "user_column_data": [
                {"column_id": "FULL_NAME", "column_name": "Full Name", "string_value": "Ana Souza"},
                {"column_id": "PHONE_NUMBER", "column_name": "User Phone", "string_value": "+5511987654321"},
                {"column_id": "EMAIL", "column_name": "User Email", "string_value": "ana@example.com"},
            ],
        },
    ),
    "rd_station": Example(
        JSON,
        {
            "event_type": "WEBHOOK.CONVERTED",
            "entity_type": "CONTACT",
            "event_identifier": "contact-form",
            "timestamp": "2026-03-02T12:00:00.000Z",
            "contact": {
                "uuid": "0c0ffee0-1111-4222-8333-444455556666",
                "name": "Ana Souza",
                "email": "ana@example.com",
                "mobile_phone": "11 98765-4321",
                "legal_bases": [{"category": "communications", "type": "consent", "status": "granted"}],
            },
        },
    ),
    "typeform": Example(
        JSON,
        {
            "event_id": "01EVENT",
            "event_type": "form_response",
            "form_response": {
                "form_id": "form1",
                "token": "token-1",
                "hidden": {"utm_source": "google"},
                "definition": {"id": "form1", "title": "Contact", "fields": _TYPEFORM_QUESTIONS},
                "answers": _TYPEFORM_ANSWERS,
            },
        },
    ),
    "hubspot": Example(
        JSON,
        [
            {
                "eventId": 1,
                "portalId": 33,
                "occurredAt": 1772452800000,
                "subscriptionType": "contact.creation",
                "objectId": 501,
                "changeFlag": "NEW",
            }
        ],
    ),
    "tally": Example(
        JSON,
        {
            "eventId": "event-1",
            "eventType": "FORM_RESPONSE",
            "data": {
                "responseId": "r-1",
                "formName": "Contact",
                "fields": [
                    {"key": "question_1", "label": "Your name", "type": "INPUT_TEXT", "value": "Ana Souza"},
                    {
                        "key": "question_2",
                        "label": "Phone",
                        "type": "INPUT_PHONE_NUMBER",
                        "value": "+5511987654321",
                    },
                    {
                        "key": "question_3",
                        "label": "E-mail",
                        "type": "INPUT_EMAIL",
                        "value": "ana@example.com",
                    },
                ],
            },
        },
    ),
    "elementor": Example(
        FORM,
        {
            "form[id]": "ab12",
            "form[name]": "Contact",
            "fields[name][id]": "name",
            "fields[name][type]": "text",
            "fields[name][title]": "Name",
            "fields[name][value]": "Ana Souza",
            "fields[field_1][id]": "field_1",
            "fields[field_1][type]": "tel",
            "fields[field_1][title]": "",
            "fields[field_1][value]": "(11) 98765-4321",
            "meta[page_url][value]": "https://page.example/?utm_source=instagram",
        },
    ),
    "contact_form_7": Example(
        FORM,
        {
            "_wpcf7": "21",
            "your-name": "Ana Souza",
            "your-email": "ana@example.com",
            "your-tel": "(11) 98765-4321",
            "your-message": "Hello",
        },
    ),
    "jotform": Example(
        FORM,
        {
            "formID": "2100",
            "submissionID": "5500011",
            "formTitle": "Contact",
            "rawRequest": json.dumps(_JOTFORM_ANSWERS),
        },
    ),
    "webflow": Example(
        JSON,
        {
            "triggerType": "form_submission",
            "payload": {
                "name": "Contact",
                "id": "sub-1",
                "formId": "f1",
                "data": {"Name": "Ana Souza", "E-mail": "ana@example.com", "Phone": "11 98765-4321"},
            },
        },
    ),
    "calendly": Example(
        JSON,
        {
            "event": "invitee.created",
            "payload": {
                "uri": "https://api.calendly.com/scheduled_events/1/invitees/1",
                "name": "Ana Souza",
                "email": "ana@example.com",
                "text_reminder_number": "+5511987654321",
                "tracking": {"utm_source": "newsletter"},
                "scheduled_event": {"name": "Visit"},
            },
        },
    ),
    "gravity_forms": Example(
        JSON,
        {
            "id": "77",
            "form_id": "3",
            "source_url": "https://page.example/contact",
            "1.3": "Ana",
            "1.6": "Souza",
            "2": "ana@example.com",
            "3": "(11) 98765-4321",
        },
    ),
}
