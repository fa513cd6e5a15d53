"""The error tree. Each error is named for what is wrong; its text says how to mend it."""


class BotError(Exception):
    """Base of all errors that a caller may want to tell apart."""


class SettingInvalid(BotError):
    """A setting is missing or wrong; the text starts with the variable's name."""


class ContentRefused(BotError):
    """The content has errors, so no release was made of it. `problems` holds them all, one a line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StorageUnavailable(BotError):
    """The database cannot be reached right now: confirm nothing, try again later."""


class ValueUnreadable(BotError):
    """A stored value cannot be decrypted: wrong or missing key, or moved to another place."""


class UpdateMalformed(BotError):
    """An update does not have the shape that the Bot API promises."""


class SendRefused(BotError):
    """The Bot API will never accept this call as it is."""


class PersonUnreachable(SendRefused):
    """The person has blocked the bot, or the chat is gone."""


class LoginTaken(BotError):
    """Another account has this login or this OpenID subject already."""


class AccessUndeclared(BotError):
    """A route says of nobody that they may call it."""


class ContentUnusable(BotError):
    """The content's repository cannot be read or written: disk full, damaged. What is live goes on."""


class ContentClash(BotError):
    """Somebody else has changed the same texts meanwhile. `clashes` names them, one a line; nothing was written."""

    def __init__(self, clashes: tuple[str, ...]) -> None:
        super().__init__("\n".join(clashes))
        self.clashes = clashes


class PublishRefused(BotError):
    """This cannot go live; the text says why."""


class EditRefused(BotError):
    """This edit cannot be saved; the text says why."""


class FileRefused(BotError):
    """A file from outside cannot be read as what it should be; the text says where and why. Nothing was taken."""


class RevisionUnknown(BotError):
    """There is no such state of the content."""
