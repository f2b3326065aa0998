"""Company names and what people type for them, in a style of our own: shops, branches, counties, odd trades, voice input.

Its trades and regions are written here, not taken from the tables of the parser: about a third are unknown to it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

REGIONS = "苏州 无锡市 江阴 宁波 余姚市 义乌 温州 瑞安 台州市 佛山 顺德 东莞市 中山 深圳 惠州 厦门 晋江 泉州 青岛 烟台市 潍坊 临沂 郑州 洛阳 武汉 宜昌 长沙 株洲 南昌 合肥 芜湖 成都 绵阳 重庆 昆明 贵阳 西安 宝鸡 兰州 沈阳 大连 长春 哈尔滨 天津 唐山 保定 石家庄 太原 北京 上海 南通 常熟市 张家港 江苏 浙江 广东 山东 河南 湖北 四川 陕西 辽宁".split()  # noqa: SIM905
TRADES = "减震器 滤清器 预制菜 无人机 仓储货架 干燥设备 粉体工程 茶具 机械 精密机械 机电设备 电气科技 自动化 液压件 阀门 轴承 五金制品 模具 塑胶 电子 光电科技 通讯设备 软件 信息科技 网络科技 建材 装饰工程 钢结构 门窗 暖通设备 制冷设备 环保设备 水处理 化工 涂料 新材料 包装 印刷 纸业 纺织 针织 服饰 鞋业 箱包 家具 灯饰 食品 调味品 粮油 饮料 茶业 酒业 水产 餐饮管理 酒店 物流 国际货运代理 供应链管理 进出口 贸易 商贸 医疗器械 生物科技 药业 大药房 口腔门诊 教育科技 文化传播 广告 人力资源服务 企业管理咨询 物业服务 汽车配件 汽车销售服务 新能源科技 光伏 电缆 变压器 仪器仪表 检测技术 消防工程 园林绿化 农业科技 饲料 宠物用品 母婴用品 珠宝 体育用品".split()  # noqa: SIM905
ADJECTIVES = "大 小 老 新 金 银 红 蓝 绿 青 白 紫 远 高 长 永 恒 正 同 万 百 千 三 九 天 东 南 北 中 华 国 福 瑞 祥 吉 顺 利 兴 隆 盛 昌 泰 安 康 宁 和 信 诚 德 仁 义 智 明 宏 伟 博 科 创 联 合 众 聚 汇 通 达 捷 飞 腾 跃 鼎 冠 亿 嘉 美 佳 优 雅 凯 锐 奥 欧 亚 艾 纳 赛 维 诺 迪 思 乐".split()  # noqa: SIM905
NOUNS = "山 海 江 河 湖 泉 峰 岭 石 岩 木 林 森 松 柏 竹 梅 兰 荷 桂 马 牛 羊 鹿 鹰 鹤 雁 燕 鲸 象 虎 豹 龙 凤 麒 星 辰 月 阳 光 云 雷 风 雨 雪 霞 虹 桥 舟 帆 船 港 湾 岛 城 门 楼 阁 园 田 谷 井 炉 钟 鼎 玉 珠 晶 钻 宝 元 源 本 基 业 力 能 速 浪 潮 波 涛 润 泽 沃 丰 穗 禾 稻 农 苗 芽 果".split()  # noqa: SIM905
LATIN = "ABT TCK KDL Nova Hifi Maxon UBE".split()  # noqa: SIM905
LEGAL = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "厂", "经营部")
SHOPS = ("店", "商行", "批发部", "经营部")


@dataclass(frozen=True, slots=True)
class Made:
    """A company with its parts, so that a person can shorten it."""

    name: str
    region: str
    brand: str
    trade: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, of which kind, for which company."""

    kind: str
    text: str
    name: str


def make(rng: random.Random) -> Made:
    """Return one company of the style."""
    brand = rng.choice(ADJECTIVES) + rng.choice(NOUNS)
    dice = rng.random()
    if dice < 0.12:
        brand = rng.choice(NOUNS) + rng.choice(NOUNS) + rng.choice(ADJECTIVES)
    elif dice < 0.2:
        brand = rng.choice(ADJECTIVES) + rng.choice(ADJECTIVES) + rng.choice(NOUNS) + rng.choice(NOUNS)
    elif dice < 0.23:
        brand = rng.choice(LATIN) + rng.choice(NOUNS)
    region = rng.choice(REGIONS) if rng.random() < 0.75 else ""
    trade = rng.choice(TRADES)
    if rng.random() < 0.08:
        return Made(f"{brand}{trade}{rng.choice(SHOPS)}", "", brand, trade)
    legal = rng.choice(LEGAL)
    if region and rng.random() < 0.2:
        return Made(f"{brand}{trade}（{region}）{legal}", region, brand, trade)
    return Made(f"{region}{brand}{trade}{legal}", region, brand, trade)


def make_many(count: int, seed: int) -> list[Made]:
    """Return `count` companies of different names."""
    rng = random.Random(seed)
    found: dict[str, Made] = {}
    while len(found) < count:
        one = make(rng)
        found.setdefault(one.name, one)
    return list(found.values())


def _same_sound(text: str, rng: random.Random) -> str:
    """Replace one letter by another that sounds the same, as voice input does."""
    table: dict[str, list[str]] = {}
    for char in "".join((*ADJECTIVES, *NOUNS, *TRADES, *REGIONS)) + _MORE:
        table.setdefault(lazy_pinyin(char)[0], []).append(char)
    places = [place for place, char in enumerate(text) if set(table.get(lazy_pinyin(char)[0], ())) - {char}]
    if not places:
        return text
    place = rng.choice(places)
    others = sorted(set(table[lazy_pinyin(text[place])[0]]) - {text[place]})
    return text[:place] + rng.choice(others) + text[place + 1 :]


_MORE = "横衡鹏朋棚生声胜圣名铭鸣茗宏鸿虹红弘达答打拿那哪娜力立利丽励历元圆远源缘员义易益艺亿意海害孩兴星型新心欣鑫欣金锦今晋进瑞锐睿蕊盛晟胜圣诚程成城呈华画话滑"
_DIALECT = {"l": "n", "n": "l", "zh": "z", "z": "zh", "sh": "s", "s": "sh"}


def _pinyin(text: str) -> str:
    return "".join(lazy_pinyin(text)).lower()


def _initials(text: str) -> str:
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()


def _lose(text: str, rng: random.Random) -> str:
    place = rng.randrange(1, len(text))
    return text[:place] + text[place + 1 :]


def _slip(text: str, rng: random.Random) -> str:
    place = rng.randrange(1, len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


Typist = Callable[[Made, random.Random], str]
TYPISTS: dict[str, Typist] = {
    "as listed": lambda one, _: one.name,
    "no legal form": lambda one, _: one.region.removesuffix("市") + one.brand + one.trade,
    "brand and trade": lambda one, _: one.brand + one.trade,
    "brand, trade head": lambda one, _: one.brand + one.trade[:2],
    "brand, trade tail": lambda one, _: one.brand + one.trade[-2:],
    "brand": lambda one, _: one.brand,
    "region, brand": lambda one, _: one.region.removesuffix("市") + one.brand,
    "brand 公司": lambda one, _: one.brand + "公司",
    "brand, trade 厂": lambda one, _: one.brand + one.trade[:2] + "厂",
    "voice": lambda one, rng: _same_sound(one.brand + one.trade, rng),
    "voice, region": lambda one, rng: one.region + _same_sound(one.brand, rng) + one.trade,
    "lost letter": lambda one, rng: _lose(one.brand + one.trade, rng),
    "slip": lambda one, rng: _slip(one.brand + one.trade, rng),
    "pinyin": lambda one, _: _pinyin(one.brand + one.trade),
    "pinyin brand": lambda one, _: _pinyin(one.brand + one.trade[:2]),
    "brand pinyin, initials": lambda one, _: _pinyin(one.brand) + _initials(one.trade[:2]),
    "initials": lambda one, _: _initials(one.brand + one.trade),
    "spaces and width": lambda one, _: f" {one.brand}　{one.trade}(有限公司） ",
    "wrong legal form": lambda one, _: one.region + one.brand + one.trade + "集团股份",
}


def type_many(made: list[Made], each: int, seed: int) -> list[Typed]:
    """Return `each` typed names of every kind for random companies."""
    rng = random.Random(seed)
    return [
        Typed(kind, typist(one, rng), one.name) for kind, typist in TYPISTS.items() for one in rng.sample(made, each)
    ]
