"""Whether mail server, short-message gateway and scanner can be reached: for `yiwang doctor`, which sends nothing."""

import asyncio
import smtplib
import socket
import ssl
from urllib.parse import urlsplit

from portal.settings import Settings
from services.applications.arriving.rules import Verdict
from services.applications.arriving.scanning import Clamd, ScannerAway

SECONDS = 5.0
SAMPLE = b"yiwang doctor"
Found = tuple[str, str]
"""What was found, and what to do about it; nothing to do where it is well, or not set up."""
PORTS = {"http": 80, "https": 443}


async def mail(settings: Settings) -> Found:
    """Greets the mail server as a hand-over would, and goes away."""
    if not settings.smtp_host:
        return "not set up: no mail leaves", ""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        await asyncio.to_thread(_greet, settings)
    except (OSError, smtplib.SMTPException) as failed:
        advice = "check YIWANG_SMTP_HOST, _PORT, _SECURITY, _USER and the network; messages wait and are tried again"
        return f"{where}: {type(failed).__name__}", advice
    return where, ""


def _greet(settings: Settings) -> None:
    context = ssl.create_default_context()
    host, port = settings.smtp_host, settings.smtp_port
    line = (
        smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
        if settings.smtp_security == "tls"
        else smtplib.SMTP(host, port, timeout=SECONDS)
    )
    with line:
        if settings.smtp_security == "starttls":
            line.starttls(context=context)
        if settings.smtp_user:
            line.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        line.noop()


async def short_messages(settings: Settings) -> Found:
    """Opens a connection to the gateway; a request would be a message."""
    if not settings.sms_url:
        return "not set up: no short messages leave", ""
    address = urlsplit(settings.sms_url)
    try:
        port = address.port or PORTS[address.scheme]
        await asyncio.to_thread(_open, address.hostname or "", port)
    except (OSError, KeyError, ValueError) as failed:
        advice = "check YIWANG_SMS_URL and the network; messages wait and are tried again"
        return f"{address.hostname or settings.sms_url}: {type(failed).__name__}", advice
    if not settings.sms_key.get_secret_value():
        return f"{address.hostname}:{port}", "set YIWANG_SMS_KEY: the gateway takes signed requests only"
    return f"{address.hostname}:{port}", ""


def _open(host: str, port: int) -> None:
    socket.create_connection((host, port), timeout=SECONDS).close()


async def scanner(settings: Settings) -> Found:
    """Has a harmless content looked at."""
    if not settings.scanner:
        return "not set up: uploads are judged by type and cleaned, not scanned", ""
    try:
        found = await Clamd(settings.scanner, seconds=SECONDS).scan(SAMPLE)
    except ScannerAway as away:
        advice = "start clamd, or check YIWANG_SCANNER; uploads stay in quarantine meanwhile"
        return f"{settings.scanner}: {away.why}", advice
    if found.verdict is not Verdict.CLEAN:
        return f"{settings.scanner}: {found.what}", "its signatures find something in plain text: update them"
    return settings.scanner, ""
