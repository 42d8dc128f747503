"""The way in."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenAs


def test_login_with_the_demo_password_opens_the_board(open_as: OpenAs):
    page = open_as(None)
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "login" not in url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_board_of_a_logged_in_consultant_has_every_status(open_as: OpenAs):
    page = open_as("ana")
    for status in ("New", "Contacted", "Visit", "Proposal", "Won", "Lost"):
        expect(page.get_by_role("heading", name=status)).to_be_visible()
