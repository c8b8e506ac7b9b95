"""AMR as a cellular call has it: modes that change during the call, and nothing sent in pauses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from augment import Channel, SpecError, codecs, effects, rng
from augment.amr_codec import AmrCodec
from augment.audio import Pcm, resample, to_pcm
from augment.codec import Codec, Frame

RATE = 16000
FAMILIES = {"amr-nb": ("amr-nb-4.75", "amr-nb-7.4", "amr-nb-12.2"), "amr-wb": ("amr-wb-6.6", "amr-wb-12.65")}
SID = {"amr-nb": 8, "amr-wb": 9}
SID_BYTES, NO_DATA_BYTES = 6, 1
PAUSE_S, NOISE = 3.0, 20.0
"""A pause of faint noise, RMS in PCM steps, between two stretches of speech."""


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    for name in FAMILIES[request.param]:
        if not codecs.get(name).available:
            pytest.skip(f"{name} is not available here; to get it: {codecs.get(name).how_to_get}")
    return str(request.param)


def modes(family: str) -> list[Codec]:
    return [codecs.get(name) for name in FAMILIES[family]]


def frame_types(frames: list[bytes]) -> list[int]:
    return [frame[0] >> 3 & 15 for frame in frames]


def said(speech: NDArray[np.float32], codec: Codec) -> Pcm:
    return to_pcm(resample(speech, RATE, codec.rate_hz))


def with_pause(speech: NDArray[np.float32], codec: Codec) -> Pcm:
    pause = np.zeros(round(PAUSE_S * RATE), np.float32)
    spoken = resample(np.concatenate([speech, pause, speech]), RATE, codec.rate_hz)
    return to_pcm(spoken + NOISE / 32768 * rng(1).standard_normal(len(spoken), np.float32))


def in_pause(codec: Codec) -> slice:
    """Frames well inside the pause, where the encoder has long noticed it."""
    frames_a_second = codec.rate_hz // codec.frame_samples
    return slice(4 * frames_a_second, round((3 + PAUSE_S) * frames_a_second))


def frame_rms(pcm: Pcm, codec: Codec) -> NDArray[np.float64]:
    frames = pcm.astype(np.float64).reshape(-1, codec.frame_samples)
    return np.asarray(np.sqrt(np.mean(frames**2, axis=1)))


class TestModes:
    def test_each_frame_is_in_its_mode(self, family: str, speech: NDArray[np.float32]) -> None:
        low, *_, high = modes(family)
        frames = low.with_modes([(40, high), (42, low), (90, high)]).encode(said(speech, low))
        numbers = [type(low).modes_bps.index(codec.bitrate_bps) for codec in (low, high) if isinstance(codec, AmrCodec)]
        assert len(frames) == 150
        assert frame_types(frames) == [numbers[40 <= at < 42 or at >= 90] for at in range(150)]
        sizes = {codec.bitrate_bps: len(codec.encode(said(speech, codec))[0]) for codec in (low, high)}
        assert len(frames[41]) == sizes[high.bitrate_bps] > len(frames[43]) == sizes[low.bitrate_bps]

    def test_one_encoder_and_one_decoder_go_on(self, family: str, speech: NDArray[np.float32]) -> None:
        """Before the change all is as in the first mode; after it as in the second, but for what the states hold."""
        low, *_, high = modes(family)
        pcm, first = said(speech, low), 50
        switched = low.with_modes([(first, high)])
        frames = switched.encode(pcm)
        assert frames[:first] == low.encode(pcm)[:first]
        assert frames[first:] != high.encode(pcm[first * low.frame_samples :])
        at = first * low.frame_samples
        heard, lower, higher = switched.decode(frames), low.decode(low.encode(pcm)), high.decode(high.encode(pcm))
        assert np.array_equal(heard[:at], lower[:at])
        off = [np.mean((other[at:].astype(np.float64) - higher[at:]) ** 2) for other in (heard, lower)]
        assert off[0] < 0.3 * off[1]
        # A decoder that began anew at the change would start from silence.
        around = slice(first, first + 5)
        assert frame_rms(heard, low)[around] == pytest.approx(frame_rms(higher, low)[around], rel=0.35)
        fresh = frame_rms(high.decode(frames[first:]), low)[:1]
        assert not np.allclose(fresh, frame_rms(heard, low)[first], rtol=0.05)

    def test_calls_stay_apart(self, family: str, speech: NDArray[np.float32]) -> None:
        low, *_, high = modes(family)
        pcm = said(speech, low)
        plain, switched = low.encode(pcm), low.with_modes([(7, high)]).with_dtx()
        assert switched.encode(pcm) == switched.encode(pcm) != plain == low.encode(pcm)

    def test_walk(self, family: str) -> None:
        """To a neighbour, after a whole number of two frames, as often as asked, both ways alike, from any mode."""
        names, mean_s, seconds = FAMILIES[family], 0.4, 4000
        effect = effects.from_json({"effect": "codec", "codec": [*names[::-1], names[0]], "switch_s": mean_s})
        drawn = effect.draw(rng(3, family), n_samples=RATE * seconds, rate=RATE)
        firsts, heard = zip(*drawn["modes"], strict=True)
        places = np.array([names.index(name) for name in heard])
        assert firsts[0] == 0
        assert firsts[-1] < codecs.get(names[0]).frames_for(codecs.get(names[0]).rate_hz * seconds)
        assert (np.abs(np.diff(places)) == 1).all()
        stays = np.diff(firsts)
        assert (stays > 0).all()
        assert (stays % 2 == 0).all()
        # Stays are twice geometric ones with a mean of 10, whose variance is 10**2 - 10.
        assert abs(stays.mean() - 20) < 3 * 2 * np.sqrt(90 / len(stays))
        assert abs(stays.std() - 2 * np.sqrt(90)) < 1.0
        if len(names) == 3:
            inner = np.flatnonzero(places[:-1] == 1)
            ups = (np.diff(places)[inner] == 1).mean()
            assert abs(ups - 0.5) < 3 * np.sqrt(0.25 / len(inner))
        begins = {effect.draw(rng(i), n_samples=RATE, rate=RATE)["modes"][0][1] for i in range(60)}
        assert begins == set(names)

    def test_fastest(self) -> None:
        fields = {"codec": list(FAMILIES["amr-nb"]), "switch_s": 0.04}
        drawn = effects.from_json({"effect": "codec", **fields}).draw(rng(1), n_samples=RATE, rate=RATE)
        assert [first for first, _ in drawn["modes"]] == list(range(0, 51, 2))

    def test_losses_are_drawn_as_without_it(self) -> None:
        fields = {"effect": "codec", "codec": list(FAMILIES["amr-nb"]), "loss": {"rate": 0.1}}
        plain, switching = (
            effects.from_json({**fields, **more}).draw(rng(2), n_samples=RATE * 60, rate=RATE)
            for more in ({}, {"switch_s": 1})
        )
        assert plain["lost"] == switching["lost"]
        assert "modes" not in plain

    def test_record_is_what_is_heard(self, family: str, speech: NDArray[np.float32]) -> None:
        low, *_, high = FAMILIES[family]
        record = {"effect": "codec", "codec": low, "lost": []}
        apply = effects.get("codec").apply
        plain = apply(speech, RATE, record)
        assert np.array_equal(apply(speech, RATE, {**record, "modes": [[0, low]]}), plain)
        higher = apply(speech, RATE, {**record, "modes": [[0, high]]})
        assert np.array_equal(higher, apply(speech, RATE, {**record, "codec": high}))
        late = apply(speech, RATE, {**record, "modes": [[0, low], [50, high]]})
        changed = np.flatnonzero(np.abs(late - plain) > 1e-3)
        # From frame 50 on, less the codec's delay; a resampling filter rings a little before that.
        assert abs(RATE - changed[0]) < 0.02 * RATE

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            (["amr-nb-4.75", "amr-wb-6.6"], "'amr-nb-4.75' cannot switch to 'amr-wb-6.6' in a call"),
            (["amr-nb-4.75", "g711-a"], "cannot switch to 'g711-a' in a call: name modes of one AMR family"),
            (["g711-a", "g711-mu"], "'g711-a' cannot switch to 'g711-mu'"),
            (["opus-nb-6", "opus-nb-12"], "'opus-nb-6' cannot switch to 'opus-nb-12'"),
            ("amr-nb-4.75", "two modes or more to go between, not only 'amr-nb-4.75'"),
            (["amr-nb-4.75", "amr-nb-4.75"], "two modes or more"),
        ],
    )
    def test_wrong(self, names: Any, message: str) -> None:
        with pytest.raises(SpecError, match=message):
            effects.from_json({"effect": "codec", "codec": names, "switch_s": 1})


class TestDtx:
    def test_pauses_are_short_and_speech_is_whole(self, family: str, speech: NDArray[np.float32]) -> None:
        for codec in modes(family):
            pcm, plain = with_pause(speech, codec), codec.encode(with_pause(speech, codec))
            frames = codec.with_dtx().encode(pcm)
            assert len(frames) == len(plain)
            pause = frames[in_pause(codec)]
            assert {len(frame) for frame in pause} == {SID_BYTES, NO_DATA_BYTES}
            assert set(frame_types(pause)) == {SID[family], 15}
            updates = np.flatnonzero([len(frame) == SID_BYTES for frame in pause])
            assert (np.diff(updates) == 8).all()  # 3GPP TS 26.093, 26.193: a SID every eighth frame
            # The loud half of speech is all sent.
            loud = np.argsort(frame_rms(pcm, codec))[-len(frames) // 3 :]
            assert {len(frames[at]) for at in loud} == {len(plain[0])}

    def test_comfort_noise(self, family: str, speech: NDArray[np.float32]) -> None:
        """About as loud as the noise in the pause (some 3 dB lower in AMR-WB); the length is kept."""
        for codec in modes(family):
            pcm = with_pause(speech, codec)
            dtx = codec.with_dtx()
            heard = dtx.decode(dtx.encode(pcm))
            assert len(heard) == len(pcm)
            noise = frame_rms(heard, codec)[in_pause(codec)]
            assert 0.4 * NOISE < np.median(noise) < 1.5 * NOISE
            assert noise.min() > 0.2 * NOISE

    def test_a_lost_sid_leaves_the_noise(self, family: str, speech: NDArray[np.float32]) -> None:
        for codec in modes(family):
            dtx = codec.with_dtx()
            frames: list[Frame] = [*dtx.encode(with_pause(speech, codec))]
            inside = range(*in_pause(codec).indices(len(frames)))
            update = next(at for at in inside[20:] if len(frames[at] or b"") == SID_BYTES)
            whole = frame_rms(dtx.decode(frames), codec)
            heard = frame_rms(dtx.decode([None if at == update else frame for at, frame in enumerate(frames)]), codec)
            after = slice(update, update + 16)
            assert heard[after] == pytest.approx(whole[after], rel=0.5)
            assert np.array_equal(heard[:update], whole[:update])

    def test_a_lost_no_data_is_nothing_lost(self, family: str, speech: NDArray[np.float32]) -> None:
        codec = modes(family)[0].with_dtx()
        frames = codec.encode(with_pause(speech, codec))
        sent = [frame if len(frame) > NO_DATA_BYTES else None for frame in frames]
        assert None in sent
        assert np.array_equal(codec.decode(sent), codec.decode(frames))

    def test_lost_speech_is_concealed(self, family: str, speech: NDArray[np.float32]) -> None:
        for codec in modes(family):
            dtx = codec.with_dtx()
            frames = dtx.encode(with_pause(speech, codec))
            whole = frame_rms(dtx.decode(frames), codec)
            loud = [at for at in range(10, 140) if whole[at] > np.median(whole[:150])]
            shares = []
            for at in loud[::5]:
                heard = frame_rms(dtx.decode([*frames[:at], None, *frames[at + 1 :]]), codec)
                shares.append(heard[at] / whole[at])
                assert heard.max() < 1.5 * whole.max()
            assert (0.08 if family == "amr-wb" else 0.3) < np.median(shares) < 1.5

    def test_a_lost_first_sid_fades(self, family: str, speech: NDArray[np.float32]) -> None:
        """Speech is concealed until the next SID comes: no burst, and then comfort noise."""
        codec = modes(family)[-1].with_dtx()
        frames = codec.encode(with_pause(speech, codec))
        at = max(place for place in range(in_pause(codec).stop) if len(frames[place]) > SID_BYTES) + 1
        assert len(frames[at]) == SID_BYTES
        heard = frame_rms(codec.decode([*frames[:at], None, *frames[at + 1 :]]), codec)
        assert heard[at : at + 60].max() < 4 * NOISE
        assert heard[at + 40 : at + 60].min() > 0.2 * NOISE

    @pytest.mark.parametrize("more", [{"dtx": True}, {"switch_s": 0.3}, {"switch_s": 0.3, "dtx": True}], ids=str)
    def test_real_speech_is_aligned(self, family: str, more: dict[str, Any], shared: Path) -> None:
        import soundfile

        channel = Channel.from_json({"name": "c", "effects": [{"effect": "codec", "codec": FAMILIES[family], **more}]})
        for clip in sorted((shared / "data/korean_talks/dev").rglob("*.flac"))[40:44]:
            audio, rate = soundfile.read(clip, dtype="float32")
            n, heard = len(audio), channel.render(audio, rate, 1).audio
            assert len(heard) == n
            peak = int(np.argmax(np.fft.irfft(np.fft.rfft(heard, 2 * n) * np.conj(np.fft.rfft(audio, 2 * n)))))
            assert min(peak, 2 * n - peak) <= 1

    @pytest.mark.parametrize("name", ["g711-a", "gsm-fr", "opus-nb-12", "g729a"])
    def test_wrong(self, name: str) -> None:
        with pytest.raises(SpecError, match=f"codec '{name}' has no DTX here; leave dtx out"):
            effects.from_json({"effect": "codec", "codec": ["amr-nb-4.75", name], "dtx": True})

    @pytest.mark.parametrize("wrong", [1, "yes", [True]])
    def test_true_or_false_only(self, wrong: Any) -> None:
        with pytest.raises(SpecError, match="dtx must be true or false, not"):
            effects.from_json({"effect": "codec", "codec": "amr-nb-4.75", "dtx": wrong})

    def test_dtx_false_is_as_without(self, family: str, speech: NDArray[np.float32]) -> None:
        name = FAMILIES[family][0]
        heard = {
            Channel.from_json({"name": "c", "effects": [{"effect": "codec", "codec": name, **more}]})
            .render(speech, RATE, 1)
            .audio.tobytes()
            for more in ({}, {"dtx": False}, {"dtx": True})
        }
        assert len(heard) == 2
