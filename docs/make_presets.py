"""Make ``docs/presets.{en,ko}.md`` anew, with a picture of each preset and how its channels sound.

    python docs/make_presets.py [SPEECH]

``SPEECH`` is a recording of a few seconds; without one, a synthetic voice speaks. The text comes from the presets
themselves, so that it says what they do.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import soundfile
from PIL import Image

from augment import Channel, presets
from kowhisper_tel.core.audio import RATE, Samples, read_audio
from kowhisper_tel.simulation.picture import spectrograms

DOCS = Path(__file__).parent
MEDIA = "presets"
SEED = 7
SENTENCE = "안녕하세요 고객님 주문하신 상품은 내일 오후 세 시에 도착할 예정입니다"
COLOURS = 48
"""In a picture: enough to the eye, and a quarter of the bytes."""
WORDS = {
    "share": {"en": "share", "ko": "비율"},
    "channel": {"en": "channel, to hear", "ko": "채널, 들어 보기"},
    "effects": {"en": "what happens, in this order", "ko": "일어나는 일, 순서대로"},
    "sources": {"en": "Sources", "ko": "출처"},
    "picture": {"en": "before, and through its channels", "ko": "처음과, 각 채널을 거친 뒤"},
}


def page(language: str) -> str:
    """The page in one language: the frame's text, with a chapter for each preset in place of ``<!-- presets -->``."""
    frame = (DOCS / MEDIA / f"frame.{language}.md").read_text(encoding="utf-8")
    return frame.replace("<!-- presets -->", "\n".join(_chapter(name, language) for name in presets.names()))


def _chapter(name: str, language: str) -> str:
    lines = [f"## {name}", "", _flowing(presets.about(name, language)), ""]
    parts = _own(name)
    if parts:
        lines += [f"![{name}: {WORDS['picture'][language]}]({MEDIA}/{name}.png)", ""]
        lines += [f"| {WORDS['share'][language]} | {WORDS['channel'][language]} | {WORDS['effects'][language]} |"]
        lines += ["|--:|---|---|"]
        lines += [f"| {share:.0%} | {_link(channel)} | {_effects(channel)} |" for share, channel in parts]
        lines += [""]
    lines += [f"**{WORDS['sources'][language]}.** {_flowing(presets.sources(name, language))}", ""]
    return "\n".join(lines)


def _own(name: str) -> list[tuple[float, Channel]]:
    """The channels of a preset by their shares; none for one that only mixes others."""
    parts = presets.get(name).parts
    others = {channel for other in presets.names() if other != name for _, channel in _parts(other, name)}
    if all(channel in others for _, channel in parts):
        return []
    total = sum(share for share, _ in parts)
    return [(share / total, channel) for share, channel in parts]


def _parts(other: str, name: str) -> tuple[tuple[float, Channel], ...]:
    """The channels of another preset, unless that is the larger mixture."""
    parts = presets.get(other).parts
    return parts if len(parts) < len(presets.get(name).parts) else ()


def _link(channel: Channel) -> str:
    return f"[{channel.name}]({MEDIA}/{channel.name}.mp3)"


def _effects(channel: Channel) -> str:
    return channel.describe().partition(": ")[2].replace(" > ", "<br>").replace("|", r"\|")


def _flowing(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def media(speech: Samples) -> None:
    """A picture for each preset, and an MP3 for each of its channels and for the speech itself."""
    folder = DOCS / MEDIA
    folder.mkdir(exist_ok=True)
    soundfile.write(folder / "clean.mp3", speech, RATE)
    for name in presets.names():
        clips = {"clean": speech}
        for _, channel in _own(name):
            clips[channel.name] = channel.render(speech, RATE, SEED).audio
            soundfile.write(folder / f"{channel.name}.mp3", clips[channel.name], RATE)
        if len(clips) > 1:
            picture = folder / f"{name}.png"
            spectrograms(clips, picture)
            Image.open(picture).quantize(COLOURS).save(picture, optimize=True)


def spoken() -> Samples:
    """The sentence by a synthetic voice."""
    from kowhisper_tel.data.demo.synth import Synthesiser
    from kowhisper_tel.data.demo.voices import VOICES

    with tempfile.TemporaryDirectory() as folder:
        return Synthesiser(Path(folder)).speak(SENTENCE, VOICES[0])


def main() -> None:
    """Write the pages and what they show."""
    media(read_audio(Path(sys.argv[1])) if len(sys.argv) > 1 else spoken())
    for language in ("en", "ko"):
        (DOCS / f"presets.{language}.md").write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
