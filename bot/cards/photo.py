"""What is said about a picture that could not be opened: what is wrong and what to do, never an accusation."""

from __future__ import annotations

from typing import Final

from bot.photo import Problem

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


def problem_sentence(problem: Problem) -> str:
    """Return the sentence for a picture that could not be opened."""
    return SENTENCES[problem]
