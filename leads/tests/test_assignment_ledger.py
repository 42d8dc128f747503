"""The check of the ledger, run while leads are given out."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from leads.actors import SYSTEM
from leads.models import AssignmentRule
from leads.services import assigning
from leads.tests.locks import in_own_connection
from leads.tests.makers import make_circle, make_consultant, make_lead

pytestmark = pytest.mark.django_db(transaction=True)


def give() -> None:
    with transaction.atomic():
        assigning.assign_lead(lead=make_lead(), actor=SYSTEM, trigger="arrival")


class _GivesMeanwhile:
    """Somebody else gives a lead after each of the first statements that read rules."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool, self.given = pool, 0

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if 'FROM "leads_assignmentrule"' in sql and self.given < 3:
            self.given += 1
            self.pool.submit(in_own_connection, give).result()
        return result


def test_check_while_leads_are_given_finds_nothing_wrong(capsys):
    make_circle(make_consultant("ana"), make_consultant("bia"))
    give()
    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(meanwhile := _GivesMeanwhile(pool)):
        call_command("check_assignments")
    assert meanwhile.given == 3
    assert capsys.readouterr().out == "The ledger and the leads agree.\n"


def test_check_of_a_count_that_is_wrong_says_so(capsys):
    make_circle(make_consultant("ana"))
    give()
    AssignmentRule.objects.update(decisions=7)
    with pytest.raises(CommandError):
        call_command("check_assignments")
    assert capsys.readouterr().err == "Everyone counts 7 leads, the ledger 1\n"
