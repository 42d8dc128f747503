"""A consultant's own line on real processes: private words stay out of PostgreSQL, and a lost Redis comes back."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import Request, urlopen

import pytest
import redis
from django.db import connection
from rest_framework.authtoken.models import Token

from crm.embedded.files import Layout
from crm.embedded.redis import Redis
from leads.models import LeadIdentity, User
from leads.tests.makers import make_lead
from tests.stack import Stack, wait_for
from tests.system.twilio_client import ANAS_LINE, inbound, post
from whatsapp.models import Line, Message
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN, TwilioDouble

pytestmark = pytest.mark.system
MESSAGES = 1000
PEOPLE = 100
LEAD = "+5511977776666"


@pytest.fixture(scope="module")
def twilio() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Redis]:
    """A server of this module's own: it will be emptied."""
    layout = Layout.of(tmp_path_factory.mktemp("redis"))
    layout.make_folders()
    server = Redis(layout)
    server.start()
    try:
        wait_for(server.is_ready, what="Redis")
        with redis.Redis.from_url(server.url, decode_responses=True) as client:
            yield client
    finally:
        server.stop()


@pytest.fixture(scope="module")
def stack_settings(twilio: TwilioDouble, own_redis: redis.Redis) -> Mapping[str, str]:
    path = own_redis.connection_pool.connection_kwargs["path"]
    return {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": twilio.url,
        "REDIS_URL": f"unix://{path}?db=0",
    }


def say(stack: Stack, phone: str, text: str, name: str = "Cliente") -> None:
    form = inbound(phone, text, line=ANAS_LINE, ProfileName=name)
    assert post(stack.base_url, "/webhooks/whatsapp/", form) == 200


def read_as_ana(stack: Stack, path: str) -> list[dict[str, Any]]:
    token, _ = Token.objects.get_or_create(user=User.objects.get(username="ana"))
    request = Request(stack.base_url + path, headers={"Authorization": f"Token {token.key}"})
    with urlopen(request, timeout=20) as answer:
        return json.load(answer)["results"]


def chats(stack: Stack) -> list[dict[str, Any]]:
    return read_as_ana(stack, "/api/chats/?page_size=100")


def last_words(stack: Stack) -> list[str]:
    return [chat["last_message"] for chat in chats(stack)]


def tables_with(pattern: str) -> list[str]:
    """Every table of the database that holds it anywhere, in whatever column, bytes included."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ~* %s', [pattern])
            if cursor.fetchone() != (0,):
                found.append(table)
    return found


def test_thousand_messages_of_strangers_leave_nothing_in_the_database(
    stack: Stack, own_redis: redis.Redis
) -> None:
    def write(number: int) -> None:
        phone = f"+552195{number % PEOPLE:07d}"
        say(stack, phone, f"segredo número {number}", f"Pessoa{number % PEOPLE} Sigilosa")

    with ThreadPoolExecutor(4) as phones:
        list(phones.map(write, range(MESSAGES)))

    assert len(chats(stack)) == PEOPLE
    assert read_as_ana(stack, "/api/leads/?q=Sigilosa&phone=552195") == []
    words = ["segredo", "Sigilosa", "552195"]
    in_hex = [word.encode().hex() for word in words]
    assert tables_with("|".join([*words, *in_hex])) == []
    for file in stack.folder.rglob("*.log"):
        assert not any(word in file.read_text(errors="replace") for word in words), file
    line = Line.objects.get(address=ANAS_LINE).pk
    elsewhere = [key for key in own_redis.scan_iter() if f"chats:{line}:" not in key]
    assert [key for key in elsewhere if holds(own_redis, key, "segredo")] == []
    assert [key for key in elsewhere if holds(own_redis, key, "552195")] == []
    kept = [own_redis.zcard(key) for key in own_redis.scan_iter(f"*chats:{line}:said:*")]
    assert (len(kept), max(kept)) == (PEOPLE, MESSAGES // PEOPLE)


def holds(client: redis.Redis, key: str, word: str) -> bool:
    readers: dict[str, Callable[[], Any]] = {
        "string": lambda: client.get(key),
        "hash": lambda: client.hgetall(key),
        "list": lambda: client.lrange(key, 0, -1),
        "zset": lambda: client.zrange(key, 0, -1),
        "set": lambda: client.smembers(key),
    }
    return word in str(readers[client.type(key)]())


def test_emptied_redis_has_leads_at_once_and_strangers_soon(
    stack: Stack, own_redis: redis.Redis, twilio: TwilioDouble
) -> None:
    lead = make_lead(phone=LEAD, consultant=User.objects.get(username="ana").consultant)
    LeadIdentity.objects.create(lead=lead, kind="phone", key=LEAD, shown=LEAD)
    say(stack, LEAD, "guardada")
    say(stack, "+5521944443333", "só na lista")
    record = twilio.accept({"From": "whatsapp:+5521944443333", "To": ANAS_LINE, "Body": "só na lista"})
    record |= {"direction": "inbound", "status": "received"}

    own_redis.flushall()

    assert last_words(stack) == ["guardada"]
    wait_for(lambda: set(last_words(stack)) == {"guardada", "só na lista"}, what="the stranger's chat")
    say(stack, "+5521944443333", "e a próxima também")
    assert "e a próxima também" in last_words(stack)
    assert not Message.objects.filter(body="só na lista").exists()
    assert sum(chat["unread_count"] for chat in chats(stack)) == 1
