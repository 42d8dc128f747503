"""The wires to WhatsApp, one module each. A line says which of them it uses."""

from whatsapp.models import Line
from whatsapp.transports.base import Transport
from whatsapp.transports.cloud import CloudTransport
from whatsapp.transports.twilio import TwilioTransport

TRANSPORTS: dict[str, Transport] = {
    Line.Transport.TWILIO: TwilioTransport(),
    Line.Transport.CLOUD: CloudTransport(),
}


def transport_of(line: Line) -> Transport:
    return TRANSPORTS[line.transport]
