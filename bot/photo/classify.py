"""What a picture shows, told by its words: a table of cues, the heaviest kind wins."""

import re

from bot.photo.page import Page
from bot.photo.reading import PhotoKind

_K = PhotoKind
_CUES: tuple[tuple[PhotoKind, float, str], ...] = (
    (_K.LICENCE, 6, "营业执照|登记机关"),
    (_K.LICENCE, 3, "统一社会信用代码|法定代表人|注册资本|成立日期|经营范围"),
    (_K.INVOICE, 6, "发票代码|发票号码|增值税.{0,6}发票|电子.{0,3}发票|开票日期"),
    (_K.INVOICE, 3, "价税合计|纳税人识别号|购买方|销售方|货物或应税劳务"),
    (_K.WAYBILL, 5, "运单号|托寄物|已验视|签收栏|寄件人|收件人|快递单|面单"),
    (_K.WAYBILL, 4, "顺丰速运|中通快递|圆通速递|申通快递|韵达快递|极兔速递|京东物流|京东快递|德邦快递|邮政速递|^EMS$"),
    (_K.ID_CARD, 7, "公民身份号码|居民身份证|签发机关"),
    (_K.ID_CARD, 3, "^姓名|^性别|民族|^住址|^出生"),
    (_K.CONTRACT_PAGE, 5, "甲方|乙方"),
    (_K.CONTRACT_PAGE, 5, "合同编号|协议编号|签署页|本合同|签订日期|授权代表"),
    (_K.CONTRACT_PAGE, 4, "(?:合同|协议)(?:书)?$"),
    (_K.SIGNED_SLIP, 6, "确认单|验收单|签收单|送货单|回执"),
    (_K.SIGNED_SLIP, 5, "客户签字|客户签名|签收人|验收人|已由本单位签收"),
    (_K.SIGNED_SLIP, 3, "合计金额|产品名称|^单号"),
    (_K.BUSINESS_CARD, 5, "^(?:E-?mail|邮箱|电子邮箱).?.?[A-Za-z0-9._]+@|@[a-z0-9-]+[.](?:com|cn|net)"),
    (_K.BUSINESS_CARD, 2, "^.{0,8}(?:经理|总监|主任|主管|工程师|董事长)$|有限(?:责任)?公司$"),
    (_K.BUSINESS_CARD, 4, "^(?:手机|电话|Mobile|Tel|M|T)[:.;]?1?[0-9]|公司地址|^(?:E-?mail|邮箱)[:;.]"),
    (
        _K.CHAT_SCREENSHOT,
        4,
        "^[0-9]{1,2}月[0-9]{1,2}日(?:上午|下午|晚上|凌晨)?[0-9]{1,2}:[0-9]{2}$|^(?:昨天|星期.)?(?:上午|下午|晚上)?[0-9]{1,2}:[0-9]{2}$",
    ),
    (_K.CHAT_SCREENSHOT, 3, "^[0-9]{1,3}%$|按住说话|发送消息|对方正在输入|撤回了一条消息|以上是打招呼的内容"),
    (_K.CHAT_SCREENSHOT, 3, "^你好|^您好|^好的|收到|请查收|我是|发我看一下|辛苦|谢谢|可以过来|明天|麻烦"),
    (_K.SITE_PHOTO, 4, "(?:20|19)[0-9]{2}[-./年][0-9]{1,2}[-./月][0-9]{1,2}日?"),
    (_K.SITE_PHOTO, 4, "[0-9]{1,2}月[0-9]{1,2}日.{0,2}(?:周|星期)"),
    (
        _K.SITE_PHOTO,
        4,
        "[A-Z][a-z]{2}[a-z]*[.,]?[0-9]{1,2}[.,]?20[0-9]{2}|[0-9]{1,2}[A-Z][a-z]{2}[a-z]*[.,]?20[0-9]{2}",
    ),
    (_K.SITE_PHOTO, 3, "[0-9]{1,2}:[0-9]{2}"),
    (_K.SITE_PHOTO, 3, "星期[一二三四五六日天]"),
    (
        _K.SITE_PHOTO,
        4,
        "现场拍照|拜访打卡|工作记录|客户拜访|水印相机|今日水印|马克水印|元道|Timemark|真实时间|防伪码|拍摄时间|经纬度",
    ),
    (_K.SITE_PHOTO, 2, "[市区县].{2,12}(?:路|街|道|号)|^(?:打卡|拜访|巡店)$|^地点|^地址"),
)
_COMPILED = tuple((kind, weight, re.compile(pattern, re.MULTILINE)) for kind, weight, pattern in _CUES)
_ENOUGH = 6.0
PAPERS = frozenset(_K) - {_K.SITE_PHOTO, _K.CHAT_SCREENSHOT, _K.OTHER}
UNSEALED = frozenset({_K.SITE_PHOTO, _K.CHAT_SCREENSHOT, _K.BUSINESS_CARD, _K.ID_CARD})
"""What no company stamps: a face or a shop sign there is as round and as red."""
_EXPECTED = 2.5


def classify(page: Page, *, expect: PhotoKind | None = None) -> tuple[PhotoKind, float]:
    """Return the kind and how sure (0…1). `expect` is what the conversation asked for: a small push, never a verdict."""
    scores = _scores(page.text)
    if any(scores.get(kind, 0) >= _ENOUGH for kind in PAPERS):
        scores.pop(_K.SITE_PHOTO, None)  # forms carry dates and addresses too
    if expect is not None and scores.get(expect):
        scores[expect] += _EXPECTED
    if not scores:
        return _K.OTHER, 0.5
    best = max(scores, key=lambda kind: scores[kind])
    if scores[best] < _ENOUGH - 1:
        return _K.OTHER, 0.5
    rest = max((score for kind, score in scores.items() if kind is not best), default=0.0)
    return best, round(min(0.99, scores[best] / (scores[best] + rest + 1)), 2)


def _scores(text: str) -> dict[PhotoKind, float]:
    scores: dict[PhotoKind, float] = {}
    for kind, weight, pattern in _COMPILED:
        hits = len({match[0] for match in pattern.finditer(text)})
        if hits:
            scores[kind] = scores.get(kind, 0) + weight * (1 + 0.5 * min(hits - 1, 2))
    return scores
