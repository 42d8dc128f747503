"""Who signed a webhook: auth tokens, shared keys, and everything that is nearly right."""

import base64
import hmac

import pytest
from django.conf import settings
from django.test import RequestFactory

from whatsapp.accounts import Account, account_of, simulator_account
from whatsapp.models import Line
from whatsapp.signatures import HEADER, SETTINGS_HEADER, is_signed

PATH = "/webhooks/whatsapp/"
FORM = {"MessageSid": "SM1", "Body": " com espaço ", "Vazio": "", "ção": "ã"}
ACCOUNT = Account("AC1", "secret", ("secret",))


def request(form=FORM, path=PATH, **headers):
    return RequestFactory().post(path, form, headers=headers)


def signature(form=FORM, path=PATH, secret="secret", algorithm="sha1") -> str:
    """As Twilio documents it: the address, then each name with its values, sorted."""
    values = {
        name: sorted(set(value if isinstance(value, list) else [value])) for name, value in form.items()
    }
    text = settings.PUBLIC_URL + path + "".join(name + one for name in sorted(values) for one in values[name])
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), algorithm).digest()).decode()


def test_is_signed_right_one_is():
    assert is_signed(request(**{HEADER: signature()}), ACCOUNT)


def test_is_signed_query_is_part_of_the_address():
    path = f"{PATH}status/?message=1"
    assert is_signed(request(path=path, **{HEADER: signature(path=path)}), ACCOUNT)
    assert not is_signed(request(path=f"{path}2", **{HEADER: signature(path=path)}), ACCOUNT)


@pytest.mark.parametrize(
    "changed", [{"Body": "com espaço"}, {"Body": " com espaço ", "More": "1"}, {"MessageSid": "SM2"}]
)
def test_is_signed_changed_form_is_not(changed):
    assert not is_signed(request(form=FORM | changed, **{HEADER: signature()}), ACCOUNT)


def test_is_signed_repeated_parameters_are_all_signed():
    form = {"MessageSid": "SM1", "Twice": ["a", "b"]}
    assert is_signed(request(form=form, **{HEADER: signature(form)}), ACCOUNT)
    assert not is_signed(request(form=form, **{HEADER: signature(form | {"Twice": "b"})}), ACCOUNT)


def test_is_signed_shared_key_signs_with_sha256():
    line = Line(account_sid="AC1", auth_token="secret", shared_key="shared")
    header = {
        HEADER: signature(secret="shared", algorithm="sha256"),
        SETTINGS_HEADER: "key=k1,algorithm=HMAC_SHA256",
    }
    assert is_signed(request(**header), account_of(line))
    assert not is_signed(request(**header | {SETTINGS_HEADER: "algorithm=MD5"}), account_of(line))


def test_is_signed_without_account_or_signature_is_not():
    assert not is_signed(request(**{HEADER: signature()}), None)
    assert not is_signed(request(), ACCOUNT)


def test_account_of_line_prefers_its_own_then_the_environments_then_the_simulators(settings):
    own = Line(account_sid="AC2", auth_token="own")
    assert account_of(own).sid == "AC2"
    assert account_of(Line()) == simulator_account()
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC3", "environment"
    assert account_of(Line()).token == account_of(None).token == "environment"


def test_account_of_line_without_anything_is_none(settings):
    settings.SIMULATOR = False
    assert account_of(Line()) is None
