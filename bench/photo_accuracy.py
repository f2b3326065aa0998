"""Accuracy and latency of photo reading, per class and field.

    python -m bench.photo_accuracy [DIR …] [--engine rapidocr|tesseract] [--own] [--lines CACHE] [--misses]

DIR holds labels.jsonl and pictures (default: the shared samples when present, else a small set drawn here).
`--lines` keeps the engine's lines on disk, so that the field finders can be worked on without running it again.
"""

import argparse
import hashlib
import json
import os
import pickle
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic

from rapidfuzz.distance import Levenshtein

from bot.adapters.practice import samples
from bot.photo.dates import find_date
from bot.photo.engine import Engine, NoEngineError, Places, Sheet, choose_engine, open_engine
from bot.photo.facts import facts_of
from bot.photo.load import Pixels
from bot.photo.pipeline import look
from bot.photo.reading import Line, Reading
from bot.photo.text import Heard, plain
from models.rules.photo import (
    KnownContact,
    Verdict,
    check_contact,
    check_watermark_time,
)
from models.rules.photo_paper import check_date, check_number, check_party

CLASSES = {
    "a": "site_photo",
    "b": "contract_page",
    "c": "chat_screenshot",
    "d": "business_card",
    "f": "id_card",
    "g": "signed_slip",
}
DATES = {"date", "sign_date", "inv_date", "found_date", "birth"}
SKIPPED = {"message"}


class CachedEngine:
    """Remembers on disk what the engine read of which pixels."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder, self.name = engine, folder, engine.name
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, pixels: Pixels) -> Sheet:
        return self._kept("read", pixels, lambda: self._engine.read(pixels))

    def read_boxes(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
        return self._kept(
            f"boxes{hash(tuple(line.box for line in lines))}", pixels, lambda: self._engine.read_boxes(pixels, lines)
        )

    def options(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[tuple[Places, ...], ...]:
        return self._kept(
            f"options{hash(tuple(line.box for line in lines))}", pixels, lambda: self._engine.options(pixels, lines)
        )

    def _kept(self, what, pixels, work):  # noqa: ANN001, ANN202 - a bench helper
        key = hashlib.sha256(what.encode() + pixels.tobytes() + str(pixels.shape).encode()).hexdigest()
        file = self._folder / key
        if not file.exists():
            file.write_bytes(pickle.dumps(work()))
        return pickle.loads(file.read_bytes())


@dataclass
class Tally:
    right: int = 0
    total: int = 0

    def add(self, *, hit: bool) -> None:
        self.right += hit
        self.total += 1

    @property
    def share(self) -> float:
        return 100 * self.right / max(1, self.total)


@dataclass
class Score:
    fields: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    turned: Tally = field(default_factory=Tally)
    upright: Tally = field(default_factory=Tally)
    seals: dict[tuple[bool, str], int] = field(default_factory=lambda: defaultdict(int))
    verdicts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lines: Tally = field(default_factory=Tally)
    wrong_chars: int = 0
    chars: int = 0
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    misses: list[str] = field(default_factory=list)


def expected_kind(label: dict) -> str:
    if label["cls"] != "e":
        return CLASSES[label["cls"]]
    return "licence" if "uscc" in label["fields"] else "waybill" if "waybill_no" in label["fields"] else "invoice"


def truths(label: dict) -> Iterator[tuple[str, str]]:
    """Yield field name and normal form as drawn."""
    for name, drawn in label["fields"].items():
        text = plain(drawn["text"])
        if name in SKIPPED:
            continue
        if name == "latlon":
            lat, lng = text.split(",")
            yield "lat", lat.split("°")[0]
            yield "lng", lng.split("°")[0]
        elif name in DATES:
            found = find_date(Heard(text, (1.0,) * len(text)))
            yield name, found.value if found else text
        else:
            yield name, text[:5] if name == "time" else text


def read_value(reading: Reading, name: str) -> str:
    value = plain(reading.value(name) or "")
    return value[:5] if name == "time" else value


def judge(folder: Path, label: dict, reading: Reading, score: Score) -> None:
    kind = expected_kind(label)
    score.kinds[kind].add(hit=reading.kind == kind)
    turned = bool(label["deg"].get("turn"))
    for name, truth in truths(label):
        read = read_value(reading, name)
        hit = read == truth
        score.fields[kind, name].add(hit=hit)
        (score.turned if turned else score.upright).add(hit=hit)
        if not hit:
            sure = reading.fields[name].confidence if name in reading.fields else 0
            level = f"{label['deg'].get('level')}{' dark' if label['deg'].get('lowlight') else ''}{' turned' if turned else ''}"
            score.misses.append(
                f"{folder.name}/{label['file']} {kind}.{name}: {truth} ≠ {read or '–'} ({sure:.2f}) {level}"
            )
    count_false_alarms(label, reading, score)
    score.seals[label["seal"]["present"], reading.seal.verdict] += 1
    if label["seal"]["present"] != (reading.seal.verdict == "present"):
        score.misses.append(f"{folder.name}/{label['file']} seal: {label['seal']['present']} ≠ {reading.seal.verdict}")


def count_false_alarms(label: dict, reading: Reading, score: Score) -> None:
    """Every picture agrees with its own truth: a `differs` is a false alarm."""
    truth, facts = dict(truths(label)), facts_of(reading)
    findings = []
    if {"date", "time"} <= truth.keys():
        at = datetime.fromisoformat(f"{truth['date']}T{truth['time']}").replace(tzinfo=samples.CHINA)
        findings.append(check_watermark_time(facts, received_at=at))
    if "contact" in truth:
        findings.append(check_contact(facts, [KnownContact(truth["contact"], truth.get("title"))]))
    findings += [
        check_party(facts, [truth[name]], name=name) for name in ("customer", "company", "buyer") if name in truth
    ]
    findings += [check_date(facts, date.fromisoformat(truth["sign_date"]))] if "sign_date" in truth else []
    findings += [
        check_number(facts, truth[n], names=[n]) for n in ("waybill_no", "inv_no", "contract_no") if n in truth
    ]
    for finding in findings:
        score.verdicts[finding.verdict] += 1
        if finding.verdict is Verdict.DIFFERS:
            score.misses.append(f"{label['file']} FALSE DIFFERS {finding}")


def judge_real(label: dict, reading: Reading, score: Score) -> None:
    """Each labelled line against the read line that is most like it; order and extra lines do not count."""
    read = [plain(line.text) for line in reading.lines]
    joined = "".join(read)
    for text in (plain(line) for line in label["lines"]):
        nearest = min((Levenshtein.distance(text, one) for one in read), default=len(text))
        if text in joined:
            nearest = 0
        score.lines.add(hit=nearest == 0)
        score.chars += len(text)
        score.wrong_chars += min(nearest, len(text))
        if nearest:
            best = min(read, key=lambda one: Levenshtein.distance(text, one), default="")
            score.misses.append(f"{label['file']} [{label['category']}]: {text} ≠ {best}")
    score.seals[bool(label["red_seal"]), reading.seal.verdict] += 1


def run(folders: Sequence[Path], engine: Engine) -> Score:
    score = Score()
    for folder in folders:
        for row in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
            label = json.loads(row)
            if not (folder / label["file"]).exists():
                continue
            started = monotonic()
            reading = look((folder / label["file"]).read_bytes(), engine)
            group = "watermark" if reading.kind == "site_photo" else "page"
            score.seconds[group].append(monotonic() - started)
            if "cls" in label:
                judge(folder, label, reading, score)
            else:
                judge_real(label, reading, score)
    return score


def show(score: Score) -> None:
    for kind in score.kinds:
        print(f"\n{kind}: recognised {score.kinds[kind].right}/{score.kinds[kind].total}")
        for (of, name), tally in sorted(score.fields.items()):
            if of == kind:
                print(f"  {name:14}{tally.right:4}/{tally.total:<4}{tally.share:6.1f} %")
    print(f"\nupright {score.upright.share:.1f} %, turned {score.turned.share:.1f} % of {score.turned.total} fields")
    print("seal (truth, verdict):", dict(sorted(score.seals.items())))
    print("checks of agreeing pictures:", dict(score.verdicts))
    if score.lines.total:
        print(
            f"real: character errors {100 * score.wrong_chars / score.chars:.2f} %, lines exact {score.lines.share:.1f} % of {score.lines.total}"
        )
    for group, seconds in score.seconds.items():
        ordered = sorted(seconds)
        print(
            f"{group}: p50 {statistics.median(ordered):.2f} s, p95 {ordered[int(len(ordered) * 0.95)]:.2f} s ({len(ordered)})"
        )


def drawn_set(folder: Path) -> Path:
    """Draw the repository's own small set, which is always there."""
    at = datetime(2026, 11, 16, 6, 5, tzinfo=UTC)
    rows = [
        (
            "site.jpg",
            "a",
            samples.make_site_photo(at, customer="华东机械有限公司"),
            {"date": "2026-11-16", "time": "14:05", "weekday": "星期一", "address": "上海市浦东新区世纪大道100号"},
            False,
        ),
        (
            "chat.jpg",
            "c",
            samples.make_chat_screenshot("王建国", "采购经理"),
            {"contact": "王建国", "title": "采购经理"},
            False,
        ),
        (
            "licence.jpg",
            "e",
            samples.make_licence(),
            {"uscc": "91310115MA1K35PR6G", "company": "上海蓝海包装有限公司"},
            True,
        ),
        ("plain_licence.jpg", "e", samples.make_licence(seal=False), {"uscc": "91310115MA1K35PR6G"}, False),
        (
            "contract.jpg",
            "b",
            samples.make_contract_page(),
            {"contract_no": "HT-20261102-01", "customer": "蓝海包装有限公司", "sign_date": "2026-11-02"},
            True,
        ),
        ("waybill.jpg", "e", samples.make_waybill(), {"waybill_no": "SF1392210044518"}, False),
    ]
    with (folder / "labels.jsonl").open("w", encoding="utf-8") as out:
        for name, cls, data, fields, sealed in rows:
            (folder / name).write_bytes(data)
            row = {
                "file": name,
                "cls": cls,
                "fields": {k: {"text": v} for k, v in fields.items()},
                "seal": {"present": sealed},
                "deg": {},
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return folder


def default_folders(spare: Path) -> list[Path]:
    shared = (
        Path(os.environ.get("SALES_BOT_SAMPLES", Path(__file__).resolve().parents[2] / "shared" / "data")) / "photos"
    )
    found = [folder for folder in (shared / "synthetic", shared / "real") if (folder / "labels.jsonl").exists()]
    if not found:
        print(f"no shared samples at {shared}: only the small drawn set is measured")
    return [drawn_set(spare), *found]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folders", nargs="*", type=Path)
    asked.add_argument("--engine", default="auto")
    asked.add_argument("--lines", type=Path)
    asked.add_argument("--own", action="store_true", help="only the small set drawn here")
    asked.add_argument("--misses", action="store_true")
    args = asked.parse_args()
    try:
        engine = open_engine(choose_engine(args.engine))
    except NoEngineError as error:
        print(f"skipped: {error}")
        return
    if args.lines:
        engine = CachedEngine(engine, args.lines)
    with tempfile.TemporaryDirectory() as spare:
        own = [drawn_set(Path(spare))] if args.own else default_folders(Path(spare))
        score = run(args.folders or own, engine)
    if args.misses:
        print("\n".join(score.misses))
    print(f"engine {engine.name}")
    show(score)


if __name__ == "__main__":
    main()
