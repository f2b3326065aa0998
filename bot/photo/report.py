"""The line `doctor` prints about reading pictures: which engine answers, proven by starting it."""

from bot.photo.engine import AUTO, NoEngineError, available_engines, choose_engine
from bot.photo.reader import PhotoReader

_WEAK = "tesseract"
_WEAKNESS = "只适合扫描件，读不了照片上的水印，建议装 rapidocr"


def engine_report(choice: str) -> tuple[bool, str]:
    """Start the engine `photos.engine` asks for, in its own process; return whether it answers and a Chinese line.

    With `auto` the best engine that really starts counts; that an earlier one did not is part of the line.
    """
    try:
        best = choose_engine(choice)
    except NoEngineError:
        return False, f"没有可用的识图引擎（配置：{choice}，找到：{'、'.join(available_engines()) or '无'}）"
    with PhotoReader(engine=choice) as reader:
        started = reader.warm()
    if not started:
        return False, f"{best} 启动失败"
    chosen = "自动选用" if choice == AUTO else "指定"
    fell_back = "" if started.startswith(best) else f"；{best} 启动失败，已退到它"
    return True, f"{started}（{chosen}{fell_back}{'；' + _WEAKNESS if started == _WEAK else ''}）"
