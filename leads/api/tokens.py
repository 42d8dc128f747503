"""Log in as an API client."""

from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.api.requests import TokenRequest
from leads.api.shapes import TokenShape
from leads.errors import CrmError


class WrongCredentialsError(CrmError):
    code = "wrong_credentials"
    status_code = 401
    detail = _("Username and password do not fit.")


class TokenView(APIView):
    # An old token that a client still sends must not stand between it and a new one
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(operation_id="auth_token", request=TokenRequest, responses=TokenShape, auth=[])
    def post(self, request: Request) -> Response:
        """A token for `Authorization: Token …`. The same one until it is deleted in admin.

        Too many wrong passwords close the door for a quarter of an hour: 429.
        """
        credentials = TokenRequest(data=request.data)
        credentials.is_valid(raise_exception=True)
        user = authenticate(request=request._request, **credentials.validated_data)
        if user is None:
            raise WrongCredentialsError
        token, _created = Token.objects.get_or_create(user=user)
        return Response({"token": token.key})
