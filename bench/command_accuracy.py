"""Accuracy and latency of the command grammar: the given variants, our own variants, fuzz."""

import random
import sys
from typing import Any

from bench.samples import ROOT, load, timed
from bot.parse.command import CommandSpec, parse_command

REGISTRY = (
    CommandSpec(
        "promise",
        aliases=("承诺", "CN"),
        keys={"依据": "basis", "凭证": "basis"},
        positional=("customer", "what"),
    ),
    CommandSpec(
        "visit",
        aliases=("拜访", "bf"),
        keys={
            **dict.fromkeys(("下一步", "下步"), "next"),
            "金额": "amount",
            "联系人": "contact",
            "异议": "objection",
        },
        positional=("customer", "goal", "summary"),
        choices={"goal": ("建立联系", "推进方案", "促成签约", "处理异议", "收集反馈")},
    ),
    CommandSpec("help", aliases=("帮助", "help", "bz")),
    CommandSpec("report", aliases=("日报",), positional=("text",)),
    CommandSpec("advance", aliases=("推进",), positional=("opportunity",)),
    CommandSpec("undo", aliases=("撤销",), positional=("what",), glue=("最近", "上一条", "刚才")),
    CommandSpec("undo_import", aliases=("撤销导入",), positional=("batch",)),
    CommandSpec("snooze", aliases=("稍后",), positional=("how_long",)),
    CommandSpec("amend", aliases=("改", "更正"), positional=("what", "how"), glue=("昨天", "今天", "日报")),
    CommandSpec("boundary", aliases=("边界声明",), positional=("document",)),
    CommandSpec("handover", aliases=("交接",), positional=("from", "to"), greedy_last=False),
    CommandSpec("rule", aliases=("规则",), positional=("verb", "text"), choices={"verb": ("新增", "修改", "回滚")}),
    CommandSpec("plan", aliases=("计划", "拜访计划"), positional=("text",)),
)
_FUZZ = "/／、\\ 　\u200b\u200d\ufeff\n\t@小助手承诺拜访依据:：=\"“”「」'，,;；15:30-5%https://\U0001f91d下一步→#C10【】[]｜"


def answer(row: dict[str, Any]) -> dict[str, Any] | None:
    """What we make of one row, in the sample's shape."""
    parsed = parse_command(
        row["message"], registry=REGISTRY, bot_names=row.get("bot_names", ()), mentions=row.get("mentions", ())
    )
    if parsed is None:
        return None
    return {"command": parsed.name, "positional": list(parsed.positional), "keyed": dict(parsed.keyed)}


def score(rows: list[dict[str, Any]], title: str) -> bool:
    """Print figures and misses of one set; true when at least 99 % are right."""
    if not rows:
        return True
    misses = [(row, got) for row in rows if (got := answer(row)) != row["expected"]]
    for row, got in misses:
        print(f"  miss {row['id']}: {row['message']!r}\n    want {row['expected']}\n    got  {got}")
    right = len(rows) - len(misses)
    median, p95 = timed(lambda text: parse_command(text, registry=REGISTRY), [row["message"] for row in rows])
    print(f"{title}: {right}/{len(rows)} = {right / len(rows):.1%}   p50 {median:.3f} ms   p95 {p95:.3f} ms")
    return right >= 0.99 * len(rows)


def fuzz(count: int) -> None:
    """Random strings of awkward characters; an exception ends the run."""
    generator = random.Random(4711)
    for _ in range(count):
        text = "".join(generator.choices(_FUZZ, k=generator.randint(0, 40)))
        parse_command(text, registry=REGISTRY, bot_names=("小助手", "销售 机器人"))
    print(f"fuzz: {count} strings, no exception")


def main() -> int:
    """Return 1 when a set is below its goal."""
    good = score(load("command_cases.jsonl"), "given variants")
    good &= score(load("command_cases.jsonl", ROOT / "tests" / "bot" / "parse"), "own variants")
    good &= score(
        load("command_third_hand.jsonl", ROOT / "tests" / "bot" / "parse"),
        "third hand (blind first: 71.5 %, see docs/language.md)",
    )
    fuzz(100_000)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
