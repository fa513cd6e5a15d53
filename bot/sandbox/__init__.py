"""A strict local Bot API and its phone page: for the demo, for previews and for tests."""

from bot.sandbox.faults import FaultPlan, FaultRule, Outage
from bot.sandbox.limits import Rates
from bot.sandbox.phone import Phone
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.serving import open_port, serve

__all__ = ["FaultPlan", "FaultRule", "Outage", "Phone", "Rates", "Sandbox", "open_port", "serve"]
