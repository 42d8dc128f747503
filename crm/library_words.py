"""Words that libraries say in English alone, named here so that our catalogues hold their translations.

Nothing reads this list: the libraries ask for these very sentences, and Django looks into our catalogues first.
"""

from django.utils.translation import gettext_noop as _

AXES = [
    _("access attempt"),
    _("access attempts"),
    _("access failure"),
    _("access failures"),
    _("access log"),
    _("access logs"),
    _("Access lock out"),
    _("Attempt Remaining"),
    _("Attempt Time"),
    _("Clean up expired attempts"),
    _("Expires At"),
    _("Failed Logins"),
    _("Form Data"),
    _("GET Data"),
    _("HTTP Accept"),
    _("IP Address"),
    _("Locked Out"),
    _("Logout Time"),
    _("Meta Data"),
    _("Not set"),
    _("Path"),
    _("POST Data"),
    _("User Agent"),
    _("Username"),
]
