"""The schemes of Apprise that are taken: services that are spoken to over HTTP(S) or SMTP, and with nothing else.

Chosen by looking at what each service's module imports; tests/outgoing/test_apprise_schemes.py looks again. What a
later version of Apprise adds is not taken until it is listed here. Left out are those that use sockets of their own
(irc, xmpp, mqtt, syslog, aprs, smpp ...), the desktop (dbus, gnome, macosx, windows ...), files of keys (fcm, vapid),
or a store of their own (matrix).
"""

from __future__ import annotations

from typing import Final

KNOWN_BEST: Final = ("slack", "workflows", "discord", "gchat", "ntfys", "jsons")


def _named(text: str) -> frozenset[str]:
    return frozenset(text.split())


HOST_IS_SHOWN: Final = _named("""
    json jsons xml xmls form forms gotify gotifys ntfys mmost mmosts rocket rockets ncloud nclouds nctalk nctalks
    apprise apprises hassio hassios synology synologys
""")
"""Those in whose addresses the first part is a host, and not a token."""
SCHEMES: Final = _named("""
    json jsons xml xmls form forms apprise apprises mailto mailtos
    slack discord workflow workflows gchat webex wxteams mmost mmosts rocket rockets zulip zoom ncloud nclouds nctalk
    nctalks tgram signal signals ntfy ntfys gotify gotifys pover pbul prowl push join twist ryver flock feishu lark
    dingtalk guilded revolt line wecombot schan cliq zohocliq zcliq synology synologys hassio hassios ifttt notifico
    notificos notifiarr strmlabs lametric lametrics
    opsgenie pagerduty pagertree splunk victorops squadcast signl4 ilert incidentio jira github betterstack goalert
    goalerts firehydrant spike xmatters
    mailgun sendgrid sparkpost smtp2go brevo postmark resend mailersend sendpulse o365 azure sns onesignal
    twilio vonage nexmo sinch plivo telnyx msgbird msg91 clickatell clicksend bulksms burstsms kudosity d7sms infobip
    voipms threema seven 46elks elks atalk exotel httpsms smseagle smseagles smsmanager smsmgr
""")
