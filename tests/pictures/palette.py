"""Makes a picture of a page small: 64 colours are all it needs, as a PNG with a palette."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Browser

COLOURS = 64
"""The most frequent ones; at most 256. With fewer, letters have rough edges."""
REDUCE = """async ([png, most]) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const { width, height } = picture;
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    const pixels = canvas.getImageData(0, 0, width, height).data;
    const colourAt = at => (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    const parts = colour => [colour >> 16, (colour >> 8) & 255, colour & 255];
    const counts = new Map();
    for (let at = 0; at < pixels.length; at += 4) counts.set(colourAt(at), (counts.get(colourAt(at)) ?? 0) + 1);
    const byCount = [...counts].sort((one, other) => other[1] - one[1]).map(([colour]) => colour);
    const palette = byCount.slice(0, most).map(parts);
    const apart = (one, other) => one.reduce((sum, value, n) => sum + (value - other[n]) ** 2, 0);
    const nearest = colour => {
        const distances = palette.map(each => apart(each, colour));
        return distances.indexOf(Math.min(...distances));
    };
    const indexOf = new Map(byCount.map((colour, n) => [colour, n < most ? n : nearest(parts(colour))]));
    let indexes = "";
    for (let at = 0; at < pixels.length; at += 4) indexes += String.fromCharCode(indexOf.get(colourAt(at)));
    return { width, height, palette: palette.flat(), indexes: btoa(indexes) };
}"""


def reduced(png: bytes, browser: Browser) -> bytes:
    """The same picture, opaque, in few colours; the browser is what reads it."""
    page = browser.new_page()
    found = page.evaluate(REDUCE, [base64.b64encode(png).decode(), COLOURS])
    page.close()
    width, height, indexes = found["width"], found["height"], base64.b64decode(found["indexes"])
    rows = b"".join(b"\0" + indexes[at : at + width] for at in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)  # eight bits for each pixel, a palette
    chunks = [(b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
