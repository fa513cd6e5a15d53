"""Keyboards: what a bot may put under a message, and how a bad one is refused."""

from bot.sandbox.chats import Json
from bot.sandbox.formatting import utf16_length
from bot.sandbox.links import checked_url
from bot.sandbox.refusals import bad_request

MOST_BUTTONS = 100
CALLBACK_DATA_MAX_BYTES = 64
COPY_TEXT_MAX_UNITS = 256
# In the order in which the server looks; the first that is there wins.
ACTIONS = (
    "url", "callback_data", "callback_game", "pay", "switch_inline_query", "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat", "login_url", "web_app", "copy_text",
)  # fmt: skip
_TRUE_WHEN_FILLED = frozenset({"url", "callback_data"})


def read_markup(given: object, *, inline_only: bool = False) -> Json | None:
    """Check a `reply_markup`.

    Args:
        given: The parameter as parsed JSON; None when the call has none.
        inline_only: For edits, which take inline keyboards only.
    Returns:
        One of {"inline_keyboard": rows}, {"keyboard": rows, ...}, {"remove_keyboard": True} and
        {"force_reply": True, ...}; None when nothing is left of it: empty rows
        and buttons without a label vanish, as at Telegram.
    Raises:
        Refusal: In Telegram's words.
    """
    if given is None:
        return None
    if not isinstance(given, dict):
        raise bad_request("object expected as reply markup")
    if given.get("keyboard"):
        markup = _reply_keyboard(given)
    elif given.get("inline_keyboard"):
        markup = _inline_keyboard(given["inline_keyboard"])
    elif given.get("remove_keyboard"):
        markup = {"remove_keyboard": True}
    elif given.get("force_reply"):
        markup = {"force_reply": True, **_kept(given, "input_field_placeholder")}
    else:
        markup = None
    if inline_only and markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def _kept(given: Json, *names: str) -> Json:
    return {name: given[name] for name in names if name in given}


def _rows(given: object, of_what: str) -> list[list[object]]:
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        raise bad_request(of_what)
    return given


def _inline_keyboard(given: object) -> Json | None:
    what = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    rows = [[_inline_button(button) for button in row] for row in _rows(given, what)]
    shown = [[button for button in row if button is not None] for row in rows]
    shown = [row for row in shown if row]
    if sum(len(row) for row in shown) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": shown} if shown else None


def _inline_button(given: object) -> Json | None:
    if not isinstance(given, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not isinstance(given.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    action = next((name for name in ACTIONS if _has(given, name)), None)
    if action is None:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not given["text"]:
        return None
    if not given["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    return {"text": given["text"], action: _checked_action(action, given[action])}


def _has(button: Json, action: str) -> bool:
    return bool(button.get(action)) if action in _TRUE_WHEN_FILLED else button.get(action) is not None


def _checked_action(action: str, value: object) -> object:
    if action == "callback_data":
        _check_data(value)
    elif action == "url":
        return _checked_button_url(str(value))
    elif action == "copy_text":
        _check_copied(value)
    return value


def _check_data(data: object) -> None:
    if not isinstance(data, str):
        raise bad_request('can\'t parse inline keyboard button: Field "callback_data" must be of type String')
    if len(data.encode()) > CALLBACK_DATA_MAX_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _checked_button_url(url: str) -> str:
    try:
        return checked_url(url)
    except ValueError as error:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {error}") from error


def _check_copied(copied: object) -> None:
    text = copied.get("text") if isinstance(copied, dict) else None
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not 1 <= utf16_length(text) <= COPY_TEXT_MAX_UNITS:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _reply_keyboard(given: Json) -> Json | None:
    rows = [
        [_reply_button(button) for button in row]
        for row in _rows(given["keyboard"], 'field "keyboard" must be an Array of Arrays')
    ]
    shown = [[button for button in row if button["text"]] for row in rows]
    shown = [row for row in shown if row]
    if not shown:
        return None
    options = ("resize_keyboard", "one_time_keyboard", "is_persistent", "input_field_placeholder")
    return {"keyboard": shown, **_kept(given, *options)}


def _reply_button(given: object) -> Json:
    if isinstance(given, str):
        return {"text": given}
    if not isinstance(given, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if not isinstance(given.get("text"), str):
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    return dict(given)
