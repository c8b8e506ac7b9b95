"""Babble: other speakers behind an utterance, at the level that was drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment import Channel, Mixture
from augment.speech_level import active_level_dbfs
from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.train import babble as room
from kowhisper_tel.train.babble import MOST_TALKERS, Babble, Talk, Talker
from kowhisper_tel.train.hearing import Hearing
from kowhisper_tel.train.rendering import Rendering
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.train import train

CLEAN = Mixture(((1.0, Channel("clean")),))


def swelling(seconds: float, seed: int, level: float = 0.1) -> np.ndarray:
    """Noise with pauses, so that its active level is not its RMS level."""
    generator = np.random.default_rng(seed)
    moments = np.arange(round(seconds * RATE)) / RATE
    loudness = np.maximum(0.0, np.sin(2 * np.pi * 0.7 * moments + seed))
    return (level * loudness * generator.normal(size=len(moments))).astype(np.float32)


CLIPS = [swelling(1.0 + seed % 4, seed, 0.02 * (1 + seed % 5)) for seed in range(12)]


def manifest_of(speakers: list[str | None], files: list[str] | None = None) -> Manifest:
    return Manifest(
        Path("nowhere"),
        tuple(
            Utterance(str(i), files[i] if files else f"{i}.flac", "네", speaker=speaker)
            for i, speaker in enumerate(speakers)
        ),
    )


def babble_of(manifest: Manifest, snr_db: tuple[float, float] = (0.0, 20.0), seed: int = 2) -> Babble:
    return Babble(manifest, lambda u: CLIPS[int(u.id) % len(CLIPS)], seed=seed, snr_db=snr_db)


@settings(max_examples=60, deadline=None)
@given(
    speakers=st.lists(st.sampled_from(["a", "b", "c", None]), min_size=2, max_size=30),
    epoch=st.integers(0, 5),
    seed=st.integers(0, 50),
)
def test_never_itself_nor_its_speaker(speakers: list[str | None], epoch: int, seed: int) -> None:
    manifest = manifest_of(speakers)
    if None not in speakers and len(set(speakers)) < 2:
        with pytest.raises(UserError, match="one speaker"):
            babble_of(manifest)
        return
    babble = babble_of(manifest, seed=seed)
    for index, speaker in enumerate(speakers):
        drawn = [talker.index for talker in babble.draw(index, epoch).talkers]
        others = [i for i in range(len(speakers)) if i != index and (speaker is None or speakers[i] != speaker)]
        assert 1 <= len(drawn) == len(set(drawn)) <= min(MOST_TALKERS, len(others))
        assert set(drawn) <= set(others)


def test_one_to_eight_talk_and_all_counts_occur() -> None:
    babble = babble_of(manifest_of([f"s{i}" for i in range(40)]))
    assert {len(babble.draw(i, epoch).talkers) for i in range(40) for epoch in range(5)} == set(range(1, 9))


def test_a_speaker_with_nearly_everything_still_has_others_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "POOL", 8)
    manifest = manifest_of(["a"] * 200 + ["b"])
    babble = babble_of(manifest)
    for index in range(200):
        assert [talker.index for talker in babble.draw(index, 3).talkers] == [200]
    assert all(talker.index < 200 for talker in babble.draw(200, 3).talkers)


def test_an_epochs_talkers_are_few_and_the_next_ones_others() -> None:
    babble = babble_of(manifest_of([f"s{i}" for i in range(2500)]))
    first, second = ({talker.index for i in range(600) for talker in babble.draw(i, epoch).talkers} for epoch in (0, 1))
    assert len(first) <= room.POOL
    assert len(first & second) < len(first) / 2


def test_files_without_a_speaker_are_not_their_own_babble() -> None:
    manifest = manifest_of([None] * 6, ["call.flac"] * 5 + ["other.flac"])
    babble = babble_of(manifest)
    assert all([t.index for t in babble.draw(i, 0).talkers] == [5] for i in range(5))
    with pytest.raises(UserError) as error:
        babble_of(manifest_of([None] * 3, ["call.flac"] * 3))
    assert error.value.code == "train.babble_alone"


@pytest.mark.parametrize("snr_db", [(-5.0, -5.0), (0.0, 15.0), (20.0, 20.0)])
def test_the_level_is_the_one_drawn(snr_db: tuple[float, float]) -> None:
    babble = babble_of(manifest_of([f"s{i}" for i in range(12)]), snr_db)
    ratios = []
    for index in range(12):
        audio = CLIPS[index]
        behind = babble.add(audio, index, 0).astype(np.float64) - audio
        ratio = active_level_dbfs(audio, RATE) - 10 * np.log10(np.mean(behind**2))
        assert ratio == pytest.approx(babble.draw(index, 0).snr_db, abs=0.5)
        ratios.append(ratio)
    assert min(ratios) >= snr_db[0] - 0.5
    assert max(ratios) <= snr_db[1] + 0.5
    assert (max(ratios) - min(ratios) > 5) == (snr_db[0] < snr_db[1])


def test_the_sound_is_the_talkers_own_each_at_its_level() -> None:
    babble = babble_of(manifest_of(["a", "b", "c"]))
    short = CLIPS[1]
    sound = babble.sound(Talk((Talker(1, 0.25, 0.0),), 10.0), 3 * len(short))
    turned = np.roll(short, -(len(short) // 4))
    assert np.allclose(sound / np.abs(sound).max(), np.tile(turned, 3) / np.abs(turned).max(), atol=1e-6)
    whole = babble.sound(Talk((Talker(1, 0.0, 0.0),), 10.0), len(short))
    assert active_level_dbfs(whole, RATE) == pytest.approx(-26.0, abs=0.1)
    softer = babble.sound(Talk((Talker(1, 0.25, -6.0),), 10.0), len(short))
    assert np.allclose(sound[: len(short)] * 10 ** (-6 / 20), softer, atol=1e-7)


def test_silence_adds_nothing_and_under_silence_the_babble_is_nominal() -> None:
    manifest = manifest_of(["a", "b"])
    silent = Babble(manifest, lambda _: np.zeros(RATE, np.float32), seed=1, snr_db=(10.0, 10.0))
    assert np.array_equal(silent.add(CLIPS[0], 0, 0), CLIPS[0])
    under = babble_of(manifest, (10.0, 10.0)).add(np.zeros(RATE, np.float32), 0, 0)
    assert 10 * np.log10(np.mean(under.astype(np.float64) ** 2)) == pytest.approx(-36.0, abs=0.1)


def test_any_order_of_utterances_and_epochs_gives_the_same() -> None:
    manifest = manifest_of([f"s{i % 5}" for i in range(12)])
    straight, mixed = babble_of(manifest), babble_of(manifest)
    wanted = [(index, epoch) for epoch in range(3) for index in range(12)]
    made = {key: straight.add(CLIPS[key[0]], *key) for key in wanted}
    for key in reversed(wanted):
        assert np.array_equal(mixed.add(CLIPS[key[0]], *key), made[key])


def test_a_share_of_the_utterances_has_babble_before_the_channel(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.flac", CLIPS[0])
    write_audio(tmp_path / "b.flac", CLIPS[5])
    manifest = Manifest(
        tmp_path, tuple(Utterance(f"u{i}", "ab"[i % 2] + ".flac", "네", speaker="ab"[i % 2]) for i in range(120))
    )
    quiet = Mixture.from_json([{"share": 1, "channel": {"name": "q", "effects": [{"effect": "level", "dbfs": -40}]}}])
    plain = Rendering(manifest, quiet, seed=1)
    among = Rendering(manifest, quiet, seed=1, hearing=Hearing(babble_share=0.4, babble_snr_db=(10.0, 10.0)))
    changed = 0
    for index in range(len(manifest)):
        audio = among(index, 0)[0]
        changed += not np.array_equal(audio, plain(index, 0)[0])
        assert active_level_dbfs(audio, RATE) == pytest.approx(-40.0, abs=0.1)  # the channel's level, babble and all
    assert changed == pytest.approx(48, abs=18)


def test_a_training_with_one_speaker_is_refused_before_anything_is_written(
    tiny: Path, corpus: Manifest, tmp_path: Path
) -> None:
    alone = Manifest(corpus.root, tuple(replace(u, speaker="a") for u in corpus.utterances[:4]))
    with pytest.raises(UserError) as error:
        train(tiny, alone, None, CLEAN, tmp_path / "out", TrainSettings(babble_share=0.1), seed=1)
    assert error.value.code == "train.babble_alone"
    assert error.value.facts["utterances"] == 4
    assert not (tmp_path / "out").exists()
