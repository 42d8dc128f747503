"""Bodies in the shapes that vendors send; the people in them do not exist."""

import json
from typing import Any


def landing_page() -> dict[str, Any]:
    """What developers send who read our own description."""
    return {
        "nome": "Otto Vieira",
        "telefone": "(31) 98765-0008",
        "email": "OTTO@Mail.example",
        "mensagem": "Quero uma simulação",
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": "outono",
        "gclid": "click-5",
        "page_url": "https://page.example/lancamento",
        "consent": True,
        "idempotency_key": "page-0007",
    }


def google_ads(key: str) -> dict[str, Any]:
    columns = {"FULL_NAME": "Vera Tempo", "EMAIL": "vera@mail.example", "PHONE_NUMBER": "+5511987650001"}
    return {
        "lead_id": "Lead-0001",
        "api_version": "1.0",
        "form_id": 9007199254740993,
        "campaign_id": 70001,
        "adgroup_id": 80001,
        "creative_id": 90001,
        "gcl_id": "click-0",
        "google_key": key,
        "lead_submit_time": "2026-03-02T12:00:00Z",
        "user_column_data": [
            {"column_name": name.title(), "string_value": value, "column_id": name}
            for name, value in columns.items()
        ],
    }


def rd_station() -> dict[str, Any]:
    return {
        "event_type": "WEBHOOK.CONVERTED",
        "entity_type": "CONTACT",
        "event_identifier": "simulador",
        "timestamp": "2026-03-02T12:00:00.000Z",
        "event_timestamp": "2026-03-02T12:00:00.000Z",
        "contact": {
            "uuid": "0c0ffee0-1111-4222-8333-444455556666",
            "email": "caio@mail.example",
            "name": "Caio Brito",
            "job_title": "Arquiteto",
            "personal_phone": "48 3033-0000",
            "mobile_phone": "48 99655-0002",
            "city": "Florianópolis",
            "tags": ["praia"],
            "cf_interesse": ["Apartamento"],
            "legal_bases": [{"category": "communications", "type": "consent", "status": "granted"}],
            "company": {"name": "Brito Arquitetura"},
            "funnel": {"name": "default", "lifecycle_stage": "Lead", "origin": "Orgânico"},
        },
    }


def rd_station_legacy() -> dict[str, Any]:
    conversion = {"content": {"identificador": "simulador", "nome": "Davi Serra"}, "created_at": "2026-03-02"}
    return {
        "leads": [
            {
                "id": "390319847",
                "uuid": "1c0ffee0-1111-4222-8333-444455556666",
                "email": "davi@mail.example",
                "name": "Davi Serra",
                "company": None,
                "personal_phone": "(48) 99655-0012",
                "opportunity": "false",
                "first_conversion": conversion,
                "last_conversion": conversion,
                "custom_fields": {"Interesse": "Apartamento"},
            }
        ]
    }


def typeform() -> dict[str, Any]:
    questions = [
        {"id": "a1", "title": "Como você se chama?", "type": "short_text", "ref": "r1"},
        {"id": "a2", "title": "WhatsApp com DDD", "type": "phone_number", "ref": "r2"},
        {"id": "a3", "title": "E-mail", "type": "email", "ref": "r3"},
        {"id": "a4", "title": "O que você procura?", "type": "multiple_choice", "ref": "r4"},
    ]
    return {
        "event_id": "01EVENT",
        "event_type": "form_response",
        "form_response": {
            "form_id": "form1",
            "token": "token-1",
            "submitted_at": "2026-03-02T12:00:00Z",
            "hidden": {"utm_source": "google", "gclid": "click-1"},
            "variables": [{"key": "name", "type": "text", "text": "typeform"}],
            "calculated": {"score": 3},
            "definition": {"id": "form1", "title": "Simulação", "fields": questions},
            "answers": [
                {
                    "type": "text",
                    "text": "Nara Luz",
                    "field": {"id": "a1", "type": "short_text", "ref": "r1"},
                },
                {
                    "type": "phone_number",
                    "phone_number": "+5511987650003",
                    "field": {"id": "a2", "type": "phone_number", "ref": "r2"},
                },
                {
                    "type": "choice",
                    "choice": {"label": "Comprar"},
                    "field": {"id": "a4", "type": "multiple_choice", "ref": "r4"},
                },
            ],
            "ending": {"id": "end1", "ref": "r9"},
        },
    }


def typeform_of_all_kinds() -> dict[str, Any]:
    """Every kind of question; the name and the e-mail hide in long sentences, and a city is only liked."""
    asked: list[tuple[str, str, str, Any]] = [
        ("long_text", "Hi {{hidden:who}}! What's your street like? A few words will do.", "text", "Narrow and loud."),
        ("short_text", "What is your first name?", "text", "Lúcia"),
        ("email", "If we may ask you more later, please leave your email address.", "email", "lucia@mail.example"),
        ("date", "Since when have you lived there?", "date", "2011-04-02"),
        ("picture_choice", "Which of these houses do you like?", "choices", {"labels": ["Brick", "Wood"]}),
        ("multiple_choice", "Which of these cities is your favourite?", "choice", {"label": "Recife"}),
        ("yes_no", "Would you move for a garden?", "boolean", False),
        ("opinion_scale", "How much does silence matter to you, 1 to 5?", "number", 4),
        ("legal", "I accept that my answers are shown to the builder.", "boolean", True),
    ]  # fmt: skip
    questions = [
        {"id": f"q{number}", "title": title, "type": kind, "ref": f"ref_{number}"}
        for number, (kind, title, _type, _answer) in enumerate(asked)
    ]
    answers = [
        {"type": kind, kind: answer, "field": {"id": f"q{number}", "type": question}}
        for number, (question, _title, kind, answer) in enumerate(asked)
    ]
    response = {
        "form_id": "form2",
        "token": "token-2",
        "submitted_at": "2026-03-02T12:00:00Z",
        "calculated": {"score": 9},
        "definition": {"id": "form2", "title": "Survey of houses", "fields": questions},
        "answers": answers,
    }
    return {"event_id": "02EVENT", "event_type": "form_response", "form_response": response}


def tally() -> dict[str, Any]:
    def field(key: str, label: str, kind: str, value: Any, **more: Any) -> dict[str, Any]:
        return {"key": f"question_{key}", "label": label, "type": kind, "value": value, **more}

    options = [{"id": "o-1", "text": "Comprar"}, {"id": "o-2", "text": "Alugar"}]
    return {
        "eventId": "event-1",
        "eventType": "FORM_RESPONSE",
        "data": {
            "responseId": "r-1",
            "formName": "Contato",
            "fields": [
                field("k1", "Seu nome", "INPUT_TEXT", "Nara Luz"),
                field("k2", "E-mail", "INPUT_EMAIL", "nara@mail.example"),
                field("k3", "WhatsApp", "INPUT_PHONE_NUMBER", "+5511987650004"),
                field("k4", "Interesse", "DROPDOWN", ["o-2"], options=options),
            ],
        },
    }


def elementor_simple() -> dict[str, str]:
    return {
        "Nome": "Saulo Dantas",
        "Email ": "dantas@mail.example",
        "WhatsApp": "(85) 98765-0015",
        "No Label mensagem": "Quero uma visita",
        "Date": "2 de março de 2026",
        "Page URL": "https://page.example/?utm_source=ig&fbclid=click-2",
        "User Agent": "Mozilla/5.0",
        "Remote IP": "203.0.113.7",
        "Powered by": "Elementor",
        "form_id": "ab12",
        "form_name": "Maria Form",
    }


def elementor_advanced() -> dict[str, str]:
    fields = {
        "field_aa11": ("text", "Nome", "Saulo Reis"),
        "email": ("email", "", "saulo@mail.example"),
        "field_bb22": ("tel", "", "(85) 98765-0005"),
        "utm_source": ("hidden", "utm_source", "ig"),
    }
    body = {"form[id]": "ab12", "form[name]": "Maria Form"}
    for name, (kind, title, value) in fields.items():
        parts = {
            "id": name,
            "type": kind,
            "title": title,
            "value": value,
            "raw_value": value,
            "required": "1",
        }
        body |= {f"fields[{name}][{part}]": text for part, text in parts.items()}
    return body | {
        "meta[page_url][title]": "Page URL",
        "meta[page_url][value]": "https://page.example/?gclid=click-3",
        "meta[remote_ip][value]": "203.0.113.7",
        "meta[credit][value]": "Elementor",
    }


def contact_form_7() -> dict[str, str]:
    return {
        "_wpcf7": "21",
        "_wpcf7_unit_tag": "wpcf7-f21-p5-o1",
        "your-name": "Saulo Melo",
        "your-email": "melo@mail.example",
        "your-subject": "Contato",
        "your-message": "Quero saber mais",
    }


def jotform() -> dict[str, str]:
    request = {
        "slug": "submit/2100",
        "q3_nomeCompleto": {"first": "Ilma", "last": "Couto"},
        "q4_email": "ilma@mail.example",
        "q5_telefone": {"full": "(11) 98765-0006"},
        "path": "/submit/2100",
        "event_id": "1700_2100_abc",
    }
    return {
        "formID": "2100",
        "submissionID": "5500011",
        "formTitle": "Contato Ana",
        "ip": "203.0.113.7",
        "username": "imobiliaria",
        "pretty": "Nome:Ilma Couto, E-mail:ilma@mail.example",
        "rawRequest": json.dumps(request),
    }


def webflow() -> dict[str, Any]:
    return {
        "triggerType": "form_submission",
        "payload": {
            "name": "Contato Ana",
            "siteId": "s1",
            "data": {"Nome": "Ilma Dias", "E-mail": "dias@mail.example", "Celular": "11 98765-0016"},
            "schema": [{"fieldName": "Nome", "fieldType": "FormTextInput"}],
            "id": "sub-1",
            "formId": "f1",
        },
    }


def calendly() -> dict[str, Any]:
    return {
        "event": "invitee.created",
        "created_by": "https://api.calendly.example/users/1",
        "payload": {
            "uri": "https://api.calendly.example/invitees/1",
            "name": "Ilma Rocha",
            "email": "rocha@mail.example",
            "text_reminder_number": None,
            "questions_and_answers": [{"question": "Telefone", "answer": "11 98765-0026", "position": 0}],
            "tracking": {"utm_source": "news", "utm_campaign": None},
            "scheduled_event": {
                "name": "Visita com Bruno",
                "event_memberships": [{"user_name": "Bruno Vendas", "user_email": "bruno@office.example"}],
            },
        },
    }


def gravity_forms() -> dict[str, Any]:
    return {
        "id": "77",
        "form_id": "3",
        "source_url": "https://page.example/contato?utm_source=blog&msclkid=click-4",
        "ip": "203.0.113.7",
        "1.3": "Ilma",
        "1.6": "Porto",
        "2": "porto@mail.example",
        "3": "(11) 98765-0036",
    }


def meta_lead(number: int = 7) -> dict[str, Any]:
    answers = {
        "nome_completo": "Rosa Paz",
        "phone_number": f"+551198765000{number}",
        "email": "rosa@mail.example",
        "qual_o_valor_do_imóvel?": "até_r$_500_mil",
    }
    return {
        "id": f"1000{number}",
        "created_time": "2026-03-02T12:00:00+0000",
        "ad_id": "2001",
        "ad_name": "Vídeo 1",
        "adset_id": "2500",
        "platform": "ig",
        "campaign_name": "Março",
        "form_id": "3001",
        "field_data": [{"name": name, "values": [value]} for name, value in answers.items()],
    }


def meta_leads(*names: str) -> dict[str, Any]:
    """A page of a form's leads, as the poll is answered. Of this form's questions none asks for a phone."""
    leads = []
    for name in names:
        answers = {
            "full_name": name,
            "email": f"{name.split()[0].lower()}@mail.example",
            "car_make": "Gurgel",
        }
        fields = [{"name": key, "values": [value]} for key, value in answers.items()]
        made = {"created_time": "2026-03-02T12:00:00+0000", "id": f"5{len(leads)}", "ad_id": "2002"}
        leads.append(made | {"form_id": "3002", "field_data": fields})
    return {"data": leads, "paging": {"cursors": {"before": "OTc1", "after": "OTc2"}}}


def meta_webhook(*ids: Any) -> dict[str, Any]:
    """Meta's `adgroup_id` is, by an old name, the ad's id."""
    common = {"page_id": 1, "form_id": 3001, "ad_id": 2001, "adgroup_id": 2001, "created_time": 1772452800}
    values = [{"leadgen_id": one} | common for one in ids]
    changes = [{"field": "leadgen", "value": value} for value in values]
    return {"object": "page", "entry": [{"id": 1, "time": 1772452800, "changes": changes}]}


def hubspot() -> list[dict[str, Any]]:
    event = {"portalId": 33, "occurredAt": 1772452800000, "objectId": 501, "changeSource": "CRM"}
    return [
        event | {"eventId": 1, "subscriptionType": "contact.creation", "changeFlag": "NEW"},
        event
        | {
            "eventId": 2,
            "subscriptionType": "contact.propertyChange",
            "propertyName": "email",
            "propertyValue": "hugo@mail.example",
        },
    ]
