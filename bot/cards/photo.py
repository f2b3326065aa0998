"""What is said about a picture that could not be opened, and about the seal on a page: never an accusation."""

from __future__ import annotations

from typing import Final

from bot.photo import KIND_NAMES, PhotoKind, Problem
from models.rules.photo import Finding, PhotoFacts, Reason, Verdict

SENTENCES: Final = {
    Problem.EMPTY: "收到的图片是空的，请重新发一次。",
    Problem.NOT_AN_IMAGE: "这个文件不是图片（名字像图片也不行），请直接拍照或截图发我。",
    Problem.TRUNCATED: "图片没传完整，请再发一次。",
    Problem.TOO_LARGE: "图片太大了，请发 20 MB 以内的照片，原图不行就发压缩后的。",
    Problem.TOO_SMALL: "图片太小，看不清字，请发原图。",
    Problem.ODD_SHAPE: "图片又细又长，我读不了，请截成几张发。",
    Problem.UNSUPPORTED_HEIC: "这台机器读不了 HEIC，请在相机设置里选「兼容性最佳」或发 JPG。",
    Problem.UNSUPPORTED_PDF: "这台机器读不了 PDF，请截图发我。",
    Problem.LOCKED_PDF: "这个 PDF 有密码，请发没加密的或截图。",
    Problem.TIMEOUT: "这张看得太久没看完，请再发一次，或换一张清楚些的。",
    Problem.OUT_OF_MEMORY: "这张太占内存没看完，请发小一点的。",
    Problem.ENGINE_FAILED: "这张没看成，照片已收下，请稍后再发一次。",
    Problem.NO_ENGINE: "这台机器没装识图组件，照片已收下，等管理员装好再看。",
}

OF_THE_ENGINE: Final = {Problem.TIMEOUT, Problem.OUT_OF_MEMORY, Problem.ENGINE_FAILED, Problem.NO_ENGINE}
OF_THE_FILE: Final = frozenset(SENTENCES) - OF_THE_ENGINE
"""What is wrong with the file itself, worth saying even when the picture belongs to nothing."""


COUNTED: Final = "计入识别误判。"
"""Told to whoever decided that the machine was wrong (M4)."""


def problem_sentence(problem: Problem) -> str:
    """Return the sentence for a picture that could not be opened."""
    return SENTENCES[problem]


_SEAL_UNKNOWN: Final = {
    Reason.BLACK_AND_WHITE: "这张是黑白的，印章的颜色看不出来",
    Reason.BLURRED: "照片有点糊，印章看不清",
    Reason.DARK: "照片有点暗，印章看不清",
}


ADVICE: Final = "可换一张，或请财务人工看。"


def seal_sentence(facts: PhotoFacts, seal: Finding, party: Finding | None = None) -> str:
    """Say what `seal_read` says, and what can be done where the seal cannot be judged (R02, J4)."""
    return seal_read(facts, seal, party) + (ADVICE if seal.verdict is Verdict.CANNOT_READ else "")


def seal_read(facts: PhotoFacts, seal: Finding, party: Finding | None = None) -> str:
    """Say what kind of page it is and whether a red seal is on it, where, and whose."""
    if seal.verdict is Verdict.AGREES:
        return f"✅ 红章在{facts.seal_place}。{_seal_party(party) if party else ''}"
    kind = PhotoKind(facts.kind)
    told = "没认出是哪种材料；" if kind is PhotoKind.OTHER else f"识别为{KIND_NAMES[kind]}；"
    if seal.verdict is Verdict.DIFFERS:
        return f"{told}未见红色印章（黑白复印章我看不出来）。"
    return f"{told}{_SEAL_UNKNOWN.get(seal.reason, '印章看不清')}（不是说没盖）。"


def _seal_party(party: Finding) -> str:
    if party.verdict is Verdict.AGREES:
        return f"章上是「{party.read}」，与客户一致。"
    if party.verdict is Verdict.DIFFERS:
        return f"\n⚠ 章上读到「{party.read}」，客户是「{party.expected}」，对不上。是不是发错了一张？"
    if party.reason is Reason.AUTHORITY_SEAL:
        return f"这是「{party.read}」的章，不是客户公章；要盖客户公章的话请再看一眼。"
    return "章上的字看不清，没核对是谁的章。"
