"""Handing a person over to a human: tickets, their states and order. Decides; stores and sends nothing."""
