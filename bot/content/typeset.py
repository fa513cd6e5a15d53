"""PDF by Typst, with the fonts of our languages inside: what is printed or kept on record."""

import json
from pathlib import Path
from typing import Any, Literal

FONTS = Path(__file__).parent / "fonts"


def typeset(page: Path, data: Any, timestamp: int | None = None) -> bytes:
    """PDF/A of a Typst page. Takes a moment: call it in a thread.

    Args:
        data: Plain values, which the page reads with `json(bytes(sys.inputs.data))`: they are never markup.
        timestamp: Seconds since 1970 that stand in the file; None for now.
    """
    import typst

    def made(standard: Literal["a-2u", "1.7"]) -> bytes:
        pdf = typst.compile(
            str(page),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=standard,
            timestamp=timestamp,
        )
        assert isinstance(pdf, bytes)
        return pdf

    try:
        return made("a-2u")
    except typst.TypstError:
        # PDF/A refuses signs that no font of ours has (an emoji). They are boxes then.
        return made("1.7")
