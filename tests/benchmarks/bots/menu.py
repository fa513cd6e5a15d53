"""The six-state menu that the other bots show; its last question leads back to the first."""

STATES = 6
OPTIONS = 4

WELCOME = "Welcome. Question 0?"


def question(state: int, answer: str) -> str:
    return f"Question {state}? Your last answer was {answer}."


def options(state: int) -> list[tuple[str, str]]:
    """List a question's buttons: label, callback data."""
    return [(f"Option {state}.{option}", f"s{state}:{option}") for option in range(OPTIONS)]


def follow(state: int) -> int:
    return (state + 1) % STATES
