"""prepare, whole: every format, every bad input with its reason, counts that add up, splits, and what is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from kowhisper_tel.core.audio import RATE, probe, read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.leaks.weed import LeakRules
from kowhisper_tel.data.prepare import PreparedData, prepare
from kowhisper_tel.data.split import SplitSpec
from kowhisper_tel.data.windows import MOST_LABEL_TOKENS, plan_epoch

TWO = SplitSpec.parse("8:2")


def run(path: Path, out: Path, *, split: str | None = "train", **settings: Any) -> PreparedData:
    kind = "folder" if path.is_dir() else "manifest"
    limit = settings.pop("limit", None)
    spec = CorpusSpec(kind, str(path), split=split, limit=limit, options=settings.pop("options", {}))
    return prepare([spec], out, **{"split": TWO, "seed": 7, "workers": 2, "max_reject_share": 1.0, **settings})


def check_counts(prepared: PreparedData) -> None:
    summary = prepared.summary
    rejects = read_json_lines(prepared.folder / "rejects.jsonl")
    written = sum(len(Manifest.read(path)) for path in prepared.manifests.values())
    assert summary["read"] == summary["accepted"] + summary["rejected"] + summary["left_out"]
    assert (written, len(rejects)) == (summary["accepted"], summary["rejected"])
    assert sum(summary["rejects"].values()) == len(rejects)


def write_m4a(path: Path) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44_100, layout="stereo")
        tone = (0.2 * np.sin(np.arange(44_100) / 20)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), format="fltp", layout="stereo")
        frame.sample_rate = 44_100
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


def test_formats(tone: Any, lines: Any, tmp_path: Path) -> None:
    """Whatever comes in, 16 kHz mono comes out, and what is that already stays where it is."""
    tone("a.wav")
    tone("b.flac")
    tone("c.wav", rate=44_100, tracks=2)
    tone("d.mp3", rate=22_050)
    tone("e.ogg", rate=8_000)
    tone("f.wav", rate=8_000, subtype="ULAW")
    write_m4a(tmp_path / "g.m4a")
    (tmp_path / "h.pcm").write_bytes(np.arange(4_000, dtype="<i2").tobytes())
    names = ["a.wav", "b.flac", "c.wav", "d.mp3", "e.ogg", "f.wav", "g.m4a"]
    path = lines(*({"id": n, "audio": n, "text": "네"} for n in names))
    raw = lines({"id": "h", "audio": "h.pcm", "text": "네"}, name="raw.jsonl")
    specs = [
        CorpusSpec("manifest", str(path), "train"),
        CorpusSpec("manifest", str(raw), "test", options={"raw_rate": 8000}),
    ]
    prepared = prepare(specs, tmp_path / "out", split=TWO, seed=7)
    check_counts(prepared)
    train, test = (Manifest.read(prepared.manifests[split]) for split in ("train", "test"))
    assert [u.id for u in train] == names
    for manifest in (train, test):
        for utterance in manifest:
            info = probe(manifest.audio_path(utterance))
            assert (info.rate_hz, info.tracks) == (RATE, 1)
            assert info.duration_s == pytest.approx(1.0 if utterance.id == "g.m4a" else 0.5, abs=0.1)
    assert [u.audio.startswith("audio/") for u in train] == [False, False, True, True, True, True, True]
    assert train.audio_path(train.utterances[0]).resolve() == (tmp_path / "a.wav").resolve()


def test_cut_at_times_and_tracks(tone: Any, lines: Any, tmp_path: Path) -> None:
    call = tone("call.wav", seconds=40, rate=8_000, tracks=2)
    path = lines(
        {"id": "a/1", "audio": "call.wav", "text": "네", "start_s": 1.0, "end_s": 3.5, "track": 0},
        {"id": "a/2", "audio": "call.wav", "text": "예", "start_s": 35.0, "track": 1},
        {"id": "a:2", "audio": "call.wav", "text": "예", "start_s": 3, "end_s": 4, "track": 1},
    )
    manifest = Manifest.read(run(path, tmp_path / "out").manifests["train"])
    first, second, third = (read_audio(manifest.audio_path(u)) for u in manifest)
    assert [len(a) for a in (first, second, third)] == [2.5 * RATE, 5 * RATE, RATE]
    assert all(u.start_s is u.end_s is u.track is None for u in manifest)
    expected = read_audio(call, start_s=35.0, track=1)
    np.testing.assert_allclose(second[200:-200], expected[200:-200], atol=2e-3)
    spectrum = np.abs(np.fft.rfft(third))
    assert np.argmax(spectrum) == 600  # the second track's pitch, at 1 Hz a bin


def bad_inputs(tone: Any, tmp_path: Path) -> dict[str, tuple[dict[str, Any] | str, str]]:
    """Name to a manifest line and its reason."""
    tone("good.wav")
    tone("long.wav", seconds=31)
    tone("slow.wav", rate=2_000)
    (tmp_path / "empty.wav").touch()
    tone("no-samples.wav", seconds=0)
    (tmp_path / "text.wav").write_text("not audio")
    (tmp_path / "text.m4a").write_text("not audio")
    (tmp_path / "raw.pcm").write_bytes(bytes(3200))
    soundfile.write(tmp_path / "nan.wav", np.array([0.0, np.nan, np.inf]), RATE, subtype="FLOAT")
    good = {"audio": "good.wav", "text": "네"}
    return {
        "missing": (good | {"audio": "nowhere.wav"}, "audio.missing"),
        "empty": (good | {"audio": "empty.wav"}, "audio.empty"),
        "no samples": (good | {"audio": "no-samples.wav"}, "audio.empty"),
        "unreadable": (good | {"audio": "text.wav"}, "audio.unreadable"),
        "unreadable m4a": (good | {"audio": "text.m4a"}, "audio.unreadable"),
        "raw": (good | {"audio": "raw.pcm"}, "audio.unreadable"),
        "nan": (good | {"audio": "nan.wav"}, "audio.not_finite"),
        "rate": (good | {"audio": "slow.wav"}, "audio.rate"),
        "track": (good | {"track": 1}, "audio.track"),
        "beyond": (good | {"start_s": 0.1, "end_s": 700}, "audio.range"),
        "backwards": (good | {"start_s": 0.4, "end_s": 0.2}, "prepare.times"),
        "negative": (good | {"start_s": -1}, "prepare.times"),
        "not a time": (good | {"start_s": float("inf")}, "prepare.times"),
        "too long": (good | {"audio": "long.wav"}, "prepare.too_long"),
        "long stretch": (good | {"audio": "long.wav", "start_s": 0.5, "end_s": 31}, "prepare.long_stretch"),
        "no label": (good | {"text": " \u200b "}, "prepare.empty_label"),
        "only signs": (good | {"text": "…!"}, "prepare.empty_label"),
        "long label": (good | {"text": "비밀이야" * 200}, "prepare.long_label"),
        "no json": ('{"audio": ', "prepare.line"),
    }


def test_bad_input_has_its_reason(tone: Any, lines: Any, tmp_path: Path) -> None:
    cases = bad_inputs(tone, tmp_path)
    records = [line if isinstance(line, str) else line | {"id": name} for name, (line, _) in cases.items()]
    good = {"id": "good", "audio": "good.wav", "text": "3개요, 네."}
    prepared = run(lines(good, *records, good), tmp_path / "out", count_tokens=len)
    check_counts(prepared)
    rejects = read_json_lines(prepared.folder / "rejects.jsonl")
    found = {reject["id"]: reject["code"] for reject in rejects}
    expected = {name: code for name, (_, code) in cases.items()} | {"good": "prepare.duplicate"}
    expected[None] = expected.pop("no json")  # type: ignore[index]
    assert found == expected
    for reject in rejects:
        assert reject["source"] == "corpus.jsonl"
        assert reject["place"].startswith("corpus.jsonl line ")
        assert reject["message_en"] != reject["message_ko"]
    assert "비밀이야" not in (prepared.folder / "rejects.jsonl").read_text(encoding="utf-8")
    assert [u.text for u in Manifest.read(prepared.manifests["train"])] == ["세 개요, 네."]


def test_too_many_rejects_stop_it(tone: Any, lines: Any, tmp_path: Path) -> None:
    tone("a.wav")
    path = lines(*({"id": str(i), "audio": "a.wav", "text": "네" if i else ""} for i in range(5)))
    with pytest.raises(UserError) as caught:
        run(path, tmp_path / "out", max_reject_share=0.1)
    assert (caught.value.code, caught.value.exit_code) == ("prepare.too_many_rejects", 6)
    assert "prepare.empty_label: 1" in str(caught.value)
    assert len(read_json_lines(tmp_path / "out.rejects.jsonl")) == 1
    assert not (tmp_path / "out").exists()
    assert run(path, tmp_path / "out", max_reject_share=0.2).summary["accepted"] == 4
    nothing = lines({"id": "1", "audio": "a.wav", "text": ""}, name="nothing.jsonl")
    with pytest.raises(UserError, match="1 of 1"):
        run(nothing, tmp_path / "none", max_reject_share=1.0)


def test_split_by_speaker_in_any_order(tone: Any, lines: Any, tmp_path: Path) -> None:
    tone("a.wav")
    records = [
        {"id": f"{s}-{i}", "audio": "a.wav", "text": "네", "speaker": f"s{s}"} for s in range(10) for i in range(3)
    ]
    seen = {"split": None, "leaks": LeakRules("report")}  # all of one recording
    one = run(lines(*records), tmp_path / "one", **seen)
    other = run(lines(*records[::-1], name="r.jsonl"), tmp_path / "other", workers=1, **seen)
    for split in ("train", "test"):
        ids = {u.id for u in Manifest.read(one.manifests[split])}
        assert ids == {u.id for u in Manifest.read(other.manifests[split])}
        assert len(ids) == {"train": 24, "test": 6}[split]
    speakers = [{u.speaker for u in Manifest.read(one.manifests[split])} for split in ("train", "test")]
    assert not speakers[0] & speakers[1]
    with pytest.raises(UserError) as caught:
        run(lines(*records[:3]), tmp_path / "single", split=None)
    assert caught.value.code == "prepare.few_speakers"


def test_a_limit_dilutes_no_share_of_rejects(tone: Any, lines: Any, tmp_path: Path) -> None:
    tone("a.wav")
    gone = lines(*({"id": str(i), "audio": "a.wav" if i % 2 else "gone.wav", "text": "네"} for i in range(200)))
    with pytest.raises(UserError) as caught:
        run(gone, tmp_path / "gone", limit=10, max_reject_share=0.1)
    assert caught.value.code == "prepare.too_many_rejects"
    assert caught.value.facts["checked"] == caught.value.facts["rejected"] + 10
    # Labels are all looked at, whatever the limit: few bad ones are few.
    labels = lines(
        *({"id": str(i), "audio": "a.wav", "text": "네" if i % 20 else ""} for i in range(200)), name="l.jsonl"
    )
    assert run(labels, tmp_path / "labels", limit=10, max_reject_share=0.1).summary["accepted"] == 10


def test_what_prepare_accepts_an_epoch_takes(tone: Any, lines: Any, tmp_path: Path) -> None:
    tone("a.wav")
    texts = {"fits": "가" * MOST_LABEL_TOKENS, "over": "가" * (MOST_LABEL_TOKENS + 1)}
    path = lines(*({"id": name, "audio": "a.wav", "text": text} for name, text in texts.items()))
    prepared = run(path, tmp_path / "out", count_tokens=len)
    (utterance,) = Manifest.read(prepared.manifests["train"])
    assert utterance.id == "fits"
    plan_epoch([0.5], [len(utterance.text)], seed=1, epoch=0)
    with pytest.raises(UserError):
        plan_epoch([0.5], [len(texts["over"])], seed=1, epoch=0)


def test_a_call_is_decoded_once_a_track(tone: Any, lines: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tone("call.wav", seconds=8, tracks=2)
    turns = ({"audio": "call.wav", "text": "네", "start_s": i, "end_s": i + 1, "track": i % 2} for i in range(8))
    path = lines(*turns)
    decoded: list[int | None] = []

    def counted(file: Path, **wanted: Any) -> Any:
        decoded.append(wanted["track"])
        return read_audio(file, **wanted)

    monkeypatch.setattr("kowhisper_tel.data.recordings.read_audio", counted)
    manifest = Manifest.read(run(path, tmp_path / "out").manifests["train"])
    assert sorted(decoded, key=str) == [0, 1]
    assert [u.id[-21:-11] for u in manifest] == [f"{i:010.3f}" for i in range(8)]
    for index, utterance in enumerate(manifest):
        assert np.argmax(np.abs(np.fft.rfft(read_audio(manifest.audio_path(utterance))))) == 300 * (1 + index % 2)


def test_long_ids_have_files_of_their_own(tone: Any, lines: Any, tmp_path: Path) -> None:
    tone("a.wav", rate=8_000)
    long = "가" * 200
    path = lines(*({"id": f"{long}{end}", "audio": "a.wav", "text": "네"} for end in "나다"))
    prepared = run(path, tmp_path / "out")
    assert len(list((prepared.folder / "audio").iterdir())) == prepared.summary["accepted"] == 2


def test_a_raw_rate_leaves_wav_where_it_is(tone: Any, tmp_path: Path) -> None:
    tone("root/a.wav")
    (tmp_path / "root" / "b.pcm").write_bytes(np.arange(4_000, dtype="<i2").tobytes())
    for name in "ab":
        (tmp_path / "root" / f"{name}.txt").write_text("네", encoding="utf-8")
    manifest = Manifest.read(run(tmp_path / "root", tmp_path / "out", options={"raw_rate": 8000}).manifests["train"])
    assert [u.audio == "../root/a.wav" for u in manifest] == [True, False]
    assert [probe(manifest.audio_path(u)).duration_s for u in manifest] == [0.5, 0.5]


def test_limit_is_a_seeded_sample_of_sound_ones(tone: Any, lines: Any, tmp_path: Path) -> None:
    tone("a.wav")
    records = [{"id": str(i), "audio": "a.wav" if i % 3 else "gone.wav", "text": "네"} for i in range(60)]
    path = lines(*records)
    prepared = run(path, tmp_path / "one", limit=20)
    check_counts(prepared)
    ids = [u.id for u in Manifest.read(prepared.manifests["train"])]
    assert len(ids) == 20
    assert ids == sorted(ids, key=int)
    assert prepared.summary["left_out"] > 0
    more = run(
        lines(*records, {"id": "x", "audio": "a.wav", "text": "네"}, name="more.jsonl"), tmp_path / "two", limit=20
    )
    assert len(set(ids) & {u.id for u in Manifest.read(more.manifests["train"])}) >= 19
    other = run(path, tmp_path / "three", limit=20, seed=8)
    assert ids != [u.id for u in Manifest.read(other.manifests["train"])]
    assert run(path, tmp_path / "four", limit=100).summary["accepted"] == 40


def test_folder_and_dataset_go_round(tone: Any, tmp_path: Path) -> None:
    """A folder is prepared; the DatasetDict that comes out is read again as a corpus."""
    import datasets

    for speaker in ("kim", "lee", "park"):
        tone(f"root/{speaker}/a.wav", rate=8_000)
        (tmp_path / "root" / speaker / "a.txt").write_text("10월 6일", encoding="utf-8")
    seen = LeakRules("report")  # all of one recording
    first = run(tmp_path / "root", tmp_path / "one", split=None, leaks=seen, options={"speaker_from": "parent"})
    saved = datasets.load_from_disk(str(first.folder / "dataset"))
    audio = saved.cast_column("audio", datasets.Audio(decode=False))["train"][0]["audio"]["path"]
    assert probe(Path(audio)).rate_hz == RATE
    spec = CorpusSpec("dataset", str(first.folder / "dataset"), options={"columns": {"id": "id"}})
    second = prepare([spec], tmp_path / "two", split=TWO, seed=1, leaks=seen)
    for split in ("train", "test"):
        ours, theirs = Manifest.read(first.manifests[split]), Manifest.read(second.manifests[split])
        assert [(u.id, u.text, u.speaker) for u in ours] == [(u.id, u.text, u.speaker) for u in theirs]
        assert {u.text for u in ours} == {"시월 육 일"}


def test_recordings_inside_a_dataset(tone: Any, tmp_path: Path) -> None:
    import datasets

    contents = [tone("x.flac").read_bytes(), b"junk", tone("y.mp3", rate=8_000).read_bytes()]
    rows = {"audio": [{"bytes": c, "path": n} for c, n in zip(contents, ("x.flac", "j.wav", "y.mp3"), strict=True)]}
    part = datasets.Dataset.from_dict(rows | {"text": ["네"] * 3}).cast_column("audio", datasets.Audio(decode=False))
    part.save_to_disk(str(tmp_path / "saved"))
    spec = CorpusSpec("dataset", str(tmp_path / "saved"), split="test")
    prepared = prepare([spec], tmp_path / "out", split=TWO, seed=1, max_reject_share=0.5)
    check_counts(prepared)
    assert prepared.summary["rejects"] == {"audio.unreadable": 1}
    manifest = Manifest.read(prepared.manifests["test"])
    assert all(len(read_audio(manifest.audio_path(u))) == pytest.approx(RATE / 2, abs=1600) for u in manifest)


def test_card(tone: Any, lines: Any, tmp_path: Path) -> None:
    tone("a.wav", seconds=1.5)
    path = lines(
        *({"id": str(i), "audio": "a.wav", "text": "네네", "speaker": f"s{i}", "gender": "FM"[i % 2]} for i in range(4))
    )
    summary = run(path, tmp_path / "out", options={"synthetic": True}).summary
    assert summary["synthetic"] is True
    train = summary["splits"]["train"]
    assert (train["utterances"], train["speakers"], train["syllables"], train["longest_s"]) == (4, 4, 8, 1.5)
    assert train["hours"] == pytest.approx(6 / 3600, abs=1e-4)
    assert train["tags"]["gender"]["F"]["utterances"] == 2
    json.dumps(summary)


def test_complete_work_is_kept_and_foreign_folders_are_left_alone(tone: Any, lines: Any, tmp_path: Path) -> None:
    tone("a.wav", rate=8_000)
    path = lines({"id": "a", "audio": "a.wav", "text": "네"})
    out = tmp_path / "out"
    run(path, out)
    stamp = (out / "train.jsonl").stat().st_mtime_ns
    run(path, out)
    assert (out / "train.jsonl").stat().st_mtime_ns == stamp
    with pytest.raises(UserError, match="differs now: seed ") as caught:
        run(path, out, seed=8)
    assert (caught.value.code, caught.value.exit_code) == ("prepare.changed", 2)
    assert (out / "train.jsonl").stat().st_mtime_ns == stamp
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.wav", "corpus.jsonl", "out"]
    (out / "complete.json").unlink()
    with pytest.raises(UserError) as caught:
        run(path, out)
    assert caught.value.code == "prepare.foreign"
    shutil.rmtree(out)
    calls: list[tuple[int, int]] = []
    run(path, out, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 1)]


def test_a_corpus_that_changed_is_not_taken_for_the_old_one(tone: Any, lines: Any, tmp_path: Path) -> None:
    import datasets

    tone("root/a.wav", rate=8_000)
    label = tmp_path / "root" / "a.txt"
    label.write_text("네", encoding="utf-8")
    path = lines({"audio": "root/a.wav", "text": "네"})
    rows = {"audio": [str(tmp_path / "root" / "a.wav")], "text": ["네"]}
    datasets.Dataset.from_dict(rows).save_to_disk(str(tmp_path / "saved"))
    changes = {
        "manifest": (path, lambda: path.write_text(path.read_text(encoding="utf-8").replace("네", "예"))),
        "audio": (path, lambda: tone("root/a.wav", rate=8_000, seconds=0.7)),
        "folder": (tmp_path / "root", lambda: label.write_text("아니요", encoding="utf-8")),
        "gone": (tmp_path / "root", label.unlink),
        "dataset": (tmp_path / "saved", lambda: (tmp_path / "saved" / "more.arrow").touch()),
    }
    for name, (corpus, change) in changes.items():
        kind = {"folder": "folder", "gone": "folder", "dataset": "dataset"}.get(name, "manifest")
        for attempt in range(3):
            spec = CorpusSpec(kind, str(corpus), "train")
            if attempt == 2:
                change()
                with pytest.raises(UserError, match="differs now: files ") as caught:
                    prepare([spec], tmp_path / name, split=TWO, seed=7)
                assert caught.value.code == "prepare.changed"
            else:
                prepare([spec], tmp_path / name, split=TWO, seed=7)


def test_an_unknown_split_of_a_corpus_is_refused(lines: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="validation"):
        run(lines({"audio": "a", "text": "b"}), tmp_path / "out", split="validation")


def test_real_speech(shared: Path, tmp_path: Path) -> None:
    talks = shared / "data" / "korean_talks"
    specs = [CorpusSpec("manifest", str(talks / "dev.jsonl"), limit=60)]
    prepared = prepare(specs, tmp_path / "out", split=SplitSpec.parse("6:4"), seed=7)
    check_counts(prepared)
    assert prepared.summary["accepted"] == 60
    assert not (prepared.folder / "audio").exists()
