"""The matching copy of a name: simplified, lower case, narrow, only letters that can tell names apart."""

import unicodedata
from functools import lru_cache

# Traditional → simplified, the characters met in company and person names; others still meet by their sound.
_TRADITIONAL = (
    "華华東东機机電电業业國国際际廠厂銀银長长門门開开關关發发達达進进運运環环資资產产質质貿贸財财購购貨货車车輪轮輛辆軟软軸轴"
    "農农藥药醫医療疗學学會会實实寶宝寧宁審审導导專专將将對对師师帶带廣广慶庆應应廳厅張张強强彈弹錢钱鋼钢鐵铁銅铜鋁铝鋒锋錦锦"
    "鑄铸鏈链鏡镜鑫鑫鐘钟鎮镇鑽钻鍋锅鍵键鎖锁錄录錫锡飛飞龍龙龜龟鳳凤鴻鸿鵬鹏麗丽麥麦黃黄點点齊齐齒齿館馆飯饭飲饮餐餐養养馬马"
    "馳驰駿骏騰腾驗验驅驱髮发鬆松魚鱼鮮鲜鯨鲸鳥鸟鷹鹰鹽盐韓韩頁页順顺項项預预領领頭头題题顏颜類类顧顾風风飾饰雙双雲云雞鸡離离"
    "難难電电靈灵靜静鞏巩響响陽阳陰阴陳陈陸陆隊队階阶際际險险隆隆隨随隱隐時时晉晋書书東东條条來来樂乐樓楼標标樣样樹树橋桥機机"
    "檢检權权欄栏歐欧歡欢歲岁歷历殼壳氣气決决沒没沖冲況况淨净減减測测渦涡湯汤溫温滄沧滅灭滬沪漢汉漁渔潔洁潛潜潤润澤泽濟济濱滨"
    "濾滤瀾澜灣湾災灾為为無无煉炼煙烟熱热燈灯燒烧營营爐炉爾尔牆墙獎奖獨独獲获現现瑪玛瑋玮環环瓊琼產产畢毕畫画異异當当療疗發发"
    "盛盛盡尽監监盤盘眾众矯矫碩硕礎础礦矿礙碍禮礼禎祯離离種种稱称積积穀谷穩稳窯窑競竞筆笔築筑簡简籃篮糧粮紀纪約约紅红紋纹納纳"
    "純纯紙纸級级紡纺細细終终組组結结絕绝絡络給给統统絲丝經经綜综綠绿維维網网緊紧線线編编緣缘縣县縱纵總总績绩織织繪绘繼继續续"
    "纖纤羅罗義义習习聖圣聚聚聞闻聯联聲声職职聽听肅肃腦脑腸肠臨临興兴舉举舊旧艙舱艦舰藝艺節节莊庄萬万葉叶著着蓮莲蔣蒋蔥葱薩萨"
    "藍蓝蘇苏蘭兰處处號号蟲虫術术衛卫衝冲補补裝装裡里製制複复見见規规視视親亲覺觉覽览觀观訂订計计訊讯設设許许評评試试詩诗話话"
    "該该詳详認认誠诚語语誼谊調调談谈請请論论諾诺謝谢證证識识譜谱譯译議议護护讀读變变讓让豐丰貝贝負负貫贯責责貴贵費费賀贺賓宾"
    "賜赐賢贤賣卖質质賴赖贊赞贏赢趙赵趨趋車车軌轨軍军載载輔辅輕轻輝辉輸输轉转辦办農农達达遠远適适遷迁選选遼辽邁迈還还鄉乡鄭郑"
    "鄧邓醬酱釀酿釋释鈞钧鈴铃鉅钜銘铭銳锐鋪铺鍛锻鎂镁鏟铲鑒鉴閃闪閥阀閩闽閱阅闊阔隸隶雜杂霧雾韌韧頂顶須须頻频顯显饋馈駕驾騎骑"
    "麵面齡龄劉刘吳吴孫孙楊杨葉叶馮冯許许鄒邹範范譚谭賈贾鐘钟塗涂餘余閻阎盧卢賴赖蘇苏萊莱凱凯勝胜勞劳動动務务勢势匯汇區区協协"
    "單单衛卫廠厂參参員员問问啟启喬乔嘉嘉團团園园圓圆圖图堅坚報报場场塊块塑塑壓压壽寿夢梦夾夹奧奥奮奋婦妇孫孙學学寬宽層层島岛"
    "嶺岭巖岩幣币幫帮庫库彙汇後后徑径從从復复徵征德德恆恒悅悦愛爱慮虑憶忆懷怀戰战戲戏戶户拋抛擇择擎擎擔担據据擠挤擴扩擺摆攝摄"
    "攜携敵敌數数斷断於于昇升曉晓曆历劍剑創创劃划劇剧則则剛刚冊册凍冻幾几優优億亿儀仪價价儲储傑杰偉伟傳传債债僑侨側侧備备倫伦"
    "倉仓個个們们俠侠係系佈布併并亞亚丟丢兩两並并亂乱"
)
_SIMPLIFY = str.maketrans(dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)))
_JOINERS = frozenset("()（）[]【】〔〕「」『』《》〈〉\"'“”‘’·•・&＆-—_－.．* \t\u3000\xa0")
BREAK = "\n"


@lru_cache(maxsize=16384)
def _one(char: str) -> str:
    """Fold one character: what matters for matching, BREAK for punctuation, "" for what only decorates."""
    if char in _JOINERS:
        return ""
    narrow = unicodedata.normalize("NFKC", char).casefold() if ord(char) > 0x2E7F or char.isascii() else char
    if len(narrow) != 1:
        return ""
    if narrow.isalnum():
        return narrow.translate(_SIMPLIFY)
    return "" if unicodedata.category(narrow) in {"Cf", "Mn", "Cc"} and narrow != "\n" else BREAK


def fold(text: str) -> str:
    """Return the letters of a name: "恒立（苏州） 液压" → "恒立苏州液压"; punctuation and blanks are gone."""
    return "".join(map(_one, text)).replace(BREAK, "")


def fold_with_places(text: str) -> tuple[str, tuple[int, ...]]:
    """Fold a sentence, BREAK where punctuation stood; the second value is the place of each letter in `text`."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if folded := _one(char):
            letters.append(folded)
            places.append(place)
    return "".join(letters), tuple(places)
