"""Files for the browser."""

from urllib.parse import quote

from litestar import Response

PDF = "application/pdf"


def sent(content: bytes, name: str, media_type: str) -> Response[bytes]:
    """A file, named in any script (RFC 6266); pictures are shown, everything else is kept."""
    manner = "inline" if media_type.startswith("image/") else "attachment"
    header = f"{manner}; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"content-disposition": header})
