"""Money of another country: kept as the client said it, and no part of what a lead is worth here."""

from decimal import Decimal

import pytest

from agent import outcomes, stages
from agent.brains.protocol import Playbook, Question, Rule, Signals, SlotValue
from agent.parsers import currencies
from agent.tests.circumstances import Chat
from leads.models import ScoringProfile
from leads.scoring import classify
from leads.services.intake import facts_of
from leads.slot_lines import slot_line
from whatsapp.models import Conversation


@pytest.mark.parametrize(
    ("quote", "own", "language", "word"),
    [
        ("300.000 euros", "R$", "pt-BR", "euros"),
        ("até 25 mil pesos", "R$", "es", "pesos"),
        ("US$ 800", "R$", "pt-BR", "US$"),
        ("$450k", "R$", "en", "$"),
        ("$450k", "R$", "pt-BR", ""),
        ("R$ 450 mil", "R$", "pt-BR", ""),
        ("450 mil", "R$", "pt-BR", ""),
        ("25 mil pesos", "$", "es", ""),
        ("300 dólares", "$", "es", ""),
        ("£300k", "€", "en", "£"),
        ("300k€", "R$", "es", "€"),
        ("300mil€", "R$", "pt-BR", "€"),
        ("$20,000 USD", "MXN", "es", "USD"),
        ("$300k USD", "R$", "pt-BR", "USD"),
        ("$20,000 MXN", "$", "es", ""),
        ("300 euros", "", "es", ""),
        ("um apê no bairro Europa até 300 mil", "R$", "pt-BR", ""),
    ],
)
def test_a_currency_that_ours_cannot_mean_is_foreign(quote, own, language, word):
    assert currencies.foreign(quote, own, language) == word


def test_a_budget_in_euros_is_shown_in_euros_and_no_worth_in_reais(settings):
    settings.CURRENCY = "R$"
    chat = Chat("real_estate").play([["quero comprar um apê em Santos"], ["300.000 euros"]])

    payload = outcomes.payload_of(Conversation(client_address="whatsapp:+5511987654321"), chat.last)

    assert payload.value is None
    rules = classify(facts_of(payload, None), ScoringProfile())
    assert "budget" in {reason["code"] for reason in rules.reasons}
    assert "value" not in rules.missing
    assert payload.slots["budget"]["value"] == {"min": 300_000, "max": 300_000}
    assert slot_line("budget", payload.slots["budget"])["value"].endswith(" euros")
    assert "300000 euros" in chat.last.summary


def test_a_budget_in_our_own_money_is_what_the_lead_is_worth(settings):
    settings.CURRENCY = "R$"
    chat = Chat("real_estate").play([["quero comprar um apê em Santos"], ["300 mil reais"]])

    payload = outcomes.payload_of(Conversation(client_address="whatsapp:+5511987654321"), chat.last)

    assert payload.value == Decimal(300_000)
    assert "currency" not in payload.slots["budget"]


@pytest.mark.parametrize(
    ("quote", "stage"),
    [("50 mil euros", "qualified"), ("50 mil reais", "disqualified"), ("50 mil", "disqualified")],
)
def test_a_limit_in_our_own_money_judges_no_foreign_money(quote, stage, settings):
    settings.CURRENCY = "R$"
    playbook = Playbook(
        domain="test",
        questions=(Question("budget", "money_range", required=True),),
        disqualify_if=(Rule("budget", "lt", 100_000),),
        qualify_if=(Rule("budget", "gte", 100_000),),
    )
    budget = SlotValue({"min": 50_000, "max": 50_000}, quote)

    assert stages.decide(playbook, {"budget": budget}, Signals()).stage == stage
