"""Photographs that go onto a licence: read as a picture or refused, drawn anew, small."""

import base64
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from licensing.errors import PictureUnfit

PIXELS = (413, 531)
"""35 × 45 mm at 300 dpi: the photograph of Chinese identity documents."""

LARGEST = 40_000_000


def portrait(content: bytes) -> str:
    """The photograph as a `data:` address: upright, cropped to 35 × 45, without its metadata, about 25 kB.

    Raises PictureUnfit("format" | "too-large" | "damaged" | "too-small").
    """
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > LARGEST:
                raise PictureUnfit("too-large")
            if min(image.size) < 100:
                raise PictureUnfit("too-small")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise PictureUnfit("format") from exc
    except (OSError, ValueError, SyntaxError) as exc:
        raise PictureUnfit("damaged") from exc
    kept = BytesIO()
    ImageOps.fit(upright, PIXELS, centering=(0.5, 0.4)).save(kept, "JPEG", quality=78, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(kept.getvalue()).decode()
