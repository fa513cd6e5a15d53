"""What is counted. No chat, name or text is ever a label."""

from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.handoff.queue import LEVELS, QueueState


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.updates = Counter("vejviser_updates", "Updates received", ["kind"], registry=self.registry)
        self.dead = Counter("vejviser_dead_updates", "Updates that failed", registry=self.registry)
        self.turn_seconds = Histogram(
            "vejviser_turn_seconds",
            "From an update's arrival to its commit",
            buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
            registry=self.registry,
        )
        self.sends = Counter("vejviser_sends", "Calls that left, by outcome", ["outcome"], registry=self.registry)
        self.sent = self.sends.labels("sent")  # of the hot path: found once
        self.answer_seconds = Histogram(
            "vejviser_answer_seconds",
            "From the commit to Telegram's answer",
            buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120),
            registry=self.registry,
        )
        self.last_poll = Gauge(
            "vejviser_last_good_poll_timestamp", "When Telegram last answered", registry=self.registry
        )
        self.waiting = Gauge(
            "vejviser_waiting_tickets", "Who waits for an adviser", ["urgency"], registry=self.registry
        )
        self.oldest = Gauge(
            "vejviser_oldest_wait_seconds",
            "How long the oldest of them has waited",
            ["urgency"],
            registry=self.registry,
        )
        self.late = Gauge(
            "vejviser_late_tickets", "Open tickets that wait for an answer, by alert", ["level"], registry=self.registry
        )

    def measured(self, queue: QueueState) -> None:
        """The queue as the sweep has just found it."""
        for urgency, count in queue.waiting.items():
            self.waiting.labels(urgency).set(count)
            self.oldest.labels(urgency).set(queue.oldest[urgency] / timedelta(seconds=1))
        for level, name in enumerate(LEVELS):
            self.late.labels(name).set(queue.late.get(level, 0))
