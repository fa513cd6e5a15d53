"""Files on Telegram's side: what people and bots sent, found again by file_id or by download path."""

import hashlib
import re
import struct
from dataclasses import dataclass

from bot.sandbox.chats import Json
from bot.sandbox.refusals import bad_request

DOWNLOAD_MAX_BYTES = 20 * 2**20  # core.telegram.org/bots/api#getfile
PHOTO_MAX_BYTES = 10 * 2**20  # core.telegram.org/bots/api#sendphoto


@dataclass(frozen=True, slots=True)
class StoredFile:
    file_id: str
    unique_id: str
    name: str
    mime: str
    content: bytes
    path: str  # below /file/bot<token>/

    def to_json(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}


class Files:
    """All files of a sandbox, in memory."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(self, folder: str, name: str, mime: str, content: bytes) -> StoredFile:
        """Store a file. `folder` as in Telegram's paths: photos, documents, voice, ..."""
        number = len(self._by_id)
        suffix = re.search(r"\.\w{1,8}$", name)
        path = f"{folder}/file_{number}{suffix[0] if suffix else ''}"
        unique_id = "AQAD" + hashlib.sha256(content).hexdigest()[:12]
        stored = StoredFile(f"BQACAgQAAxkB{number:08d}{unique_id}", unique_id, name, mime, content, path)
        self._by_id[stored.file_id] = self._by_path[path] = stored
        return stored

    def find(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)


def photo_content(file: StoredFile) -> Json:
    """The `photo` field of a message: one size, the original.

    Raises:
        Refusal: Not a PNG, JPEG, GIF or WebP image, or of a shape that Telegram does not take as a photo.
    """
    size = image_size(file.content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return {"photo": [{**file.to_json(), "width": width, "height": height}]}


def document_content(file: StoredFile) -> Json:
    return {"document": {**file.to_json(), "file_name": file.name, "mime_type": file.mime}}


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, read from the header; None when it is no image that phones send."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return (width, height) if width and height else None
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        # Start-of-frame markers, less the three in their range that mean something else.
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return None
