"""Published and self-made vectors of WeCom's encryption (demo values, nobody's secrets)."""

from __future__ import annotations

from dataclasses import dataclass

OFFICIAL = ("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
WECHATPY = ("123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a")
WORKWX_URL = ("kjr2TKI8umCBfVF3wAHk8JiPwma5VBme", "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws", "ww6a112864f8022910")
WORKWX_POST = ("kz7Yx62CH8SaLN", "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP", "ww6a112864f8022910")
AI_BOT = (OFFICIAL[0], OFFICIAL[1], "")
SELF_RANDOM = b"0123456789abcdef"


@dataclass(frozen=True)
class Vector:
    name: str
    account: tuple[str, str, str]
    timestamp: str
    nonce: str
    signature: str
    encrypt: str
    plain: str
    random: bytes | None = None  # the 16 bytes in front, where they are known


V1 = Vector(
    "V1",
    OFFICIAL,
    "1409659589",
    "263014780",
    "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    encrypt=("P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="),
    plain=("1616140317555161061"),
    random=b"c41b64491c2468d0",
)
V2 = Vector(
    "V2",
    OFFICIAL,
    "1409659813",
    "1372623149",
    "477715d11cdb4164915debcba66cb864d751f3e6",
    encrypt=(
        "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
        "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
        "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
        "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
        "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
    ),
    plain=(
        "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>\n<FromUserName><![CDATA[mycreate]]></FromUse"
        "rName>\n<CreateTime>1409659813</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[hello]]"
        "></Content>\n<MsgId>4561255354251345929</MsgId>\n<AgentID>218</AgentID>\n</xml>"
    ),
    random=b"0960688932c47ef1",
)
V3 = Vector(
    "V3",
    WECHATPY,
    "1411443780",
    "437374425",
    "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96",
    encrypt=("4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="),
    plain=("5927782489442352469"),
    random=b"2304fc2fe146f1f8",
)
V4 = Vector(
    "V4",
    WECHATPY,
    "1411525903",
    "461056294",
    "74d92dfeb87ba7c714f89d98870ae5eb62dff26d",
    encrypt=(
        "RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHCrsTyeDXzF6Bv283d"
        "Gymzxh6ydJRvZsryDyZbLTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpXaG4+BiYyolBug/gYNx410cvkKR2/nPwB"
        "iT+P4hIiOAQqGp/TywZBtDh1yCF2KOd0gpiMZ5jSw3e29mTvmUHzkVQiMS6td7vXUaWOMZnYZlF3So2SjHnwh4jYFxdgpkHHqIrH/54S"
        "NdshoQgWYEvccTKe7FS709/5t6NMxuGhcUGAPOQipvWTT4dShyqio7mlsl5noTrb++x6En749zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91"
        "eBdCRxthuL0="
    ),
    plain=(
        "<xml><ToUserName><![CDATA[wx49f0ab532d5d035a]]></ToUserName>\n<FromUserName><![CDATA[messense]]></FromUse"
        "rName>\n<CreateTime>1411525903</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[test]]>"
        "</Content>\n<MsgId>4363689963896700987</MsgId>\n<AgentID>1</AgentID>\n</xml>"
    ),
    random=b"ec90b1530358d4d3",
)
V5 = Vector(
    "V5",
    WECHATPY,
    "1411525903",
    "461056294",
    "407518b7649e86ef23978113f92d27afa9296533",
    encrypt=(
        "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8GqxlhZgURn"
        "AtObvesEl5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qvSUCUld+/WIXrx0oy"
        "KQmpB6o8NRrrNrsDf03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQyPR+mf1nDnAtQmmNOuiR5MIkd"
        "Q39xn1vWwi1O5oazPoQJz0nTYjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3"
    ),
    plain=(
        "<xml>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[test]]></Content>\n<FromUserName><![CDATA[wx4"
        "9f0ab532d5d035a]]></FromUserName>\n<ToUserName><![CDATA[messense]]></ToUserName>\n<AgentID>1</AgentID>\n<Cr"
        "eateTime>1411525903</CreateTime>\n</xml>"
    ),
    random=b"1234567890123456",
)
V6 = Vector(
    "V6",
    WORKWX_URL,
    "1583940690",
    "VHh7ymSeb0jc4lSb",
    "1ba3cb09c0d2c2b3ed6900d37f91a6efae6cb011",
    encrypt=("6KmUQuPVu7UhjyVqRdbo5SfcRqaHvbUlKSHFvBV2ZuR6TIlKsygcfeSd1GDplg1C5KSKr6UPHCaC/nIX3ZNt9w=="),
    plain=("94966531020182955848408"),
    random=b"5QMsYcwjR95t2vmC",
)
V7 = Vector(
    "V7",
    WORKWX_POST,
    "1583995625",
    "1584392382",
    "f265ae551b1932727204c3d707628d01376a6940",
    encrypt=(
        "EUCt7xMcNiyASzZj0Hjc5yDjFQrCum6AfQ3ntHiUzjGQ51xieKmbvtrZ40/EcB2W/W8yH0n4Lqx48gJl/T9HD/R309I0P/r5pIZucK3l"
        "yEn48FYMr4YdE0QdL2jIJ3xkcXUr6uzefzCxG6lMvwpAJaOyVCzN7sRRw47njfxy5EIqU6R9ZBhlTzfdnhhOhK/nTwzrZX3SoGlXFA9O"
        "BeZ6ru1NWpXFk76x9DUMe0lcxPPiUqK8ctnQcYXSGUHVqC6DfG7E7mab0OmruNN8cBZY5d3dYOBA4OgaH55Q0AJmUpdT8vNiXpXx+6Tx"
        "T3TIjySXpDrHVyrsb772aYywgg/Nu4kUmGkALwFZlzhjNegR7wDwb9lr4ERXsSSS8JZ8lbBmaQ3F2Tq584xoPj5rIhXAF734ynm4no1g"
        "+SdHiNqR328="
    ),
    plain=(
        "<xml><ToUserName><![CDATA[ww6a112864f8022910]]></ToUserName><FromUserName><![CDATA[foobar]]></FromUserNa"
        "me><CreateTime>1583995625</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[x123]]></Cont"
        "ent><MsgId>2018405441</MsgId><AgentID>1000002</AgentID></xml>"
    ),
    random=b"!\xe30p\xc5m\x1c\xa4\xe4\xfa\x84\xac\xe7\x134\xf6",
)
S1 = Vector(
    "S1",
    AI_BOT,
    "1700000000",
    "nonce1",
    "2d8d006c245e01acd69cf1d9b7bb583660650ce4",
    encrypt=(
        "sKqRbbiSUnDhFHOvPjtUMcWs0YuM8SUgUdSq5+lxLcEw5T8+CsTRuEWZqjkMFKj0MmVLqq+Y5hF6RAp3zrtW784cjQd0U1xqFiHdfgOV"
        "ivAQ2Ih09pnOPpp0dmIhuedZkT3iIy2IPBTmxUqxtJwaiwMCt0yHXWbWaTlUmQEZ10I8BZQeShBEzB2VTt3wn7Yc5mwfh59Kn06QY08i"
        "OCQLj+YmenwyAbuSi6yXndSXbUVN3An9EQ6N1V8ywVEsoKE+"
    ),
    plain=(
        '{"msgid":"SELF-1","aibotid":"AIB1","chatid":"wrCHAT1","chattype":"group","from":{"userid":"zhangsan"},"m'
        'sgtype":"text","text":{"content":"@助手 /today"}}'
    ),
    random=b"0123456789abcdef",
)
S2 = Vector(
    "S2",
    AI_BOT,
    "1700000000",
    "nonce1",
    "76c534cecd8749aa9df5eab267b484c8d2e69b44",
    encrypt=("sKqRbbiSUnDhFHOvPjtUMT04SBXqyecnV0R+mVLqu11Se0CAxtEP8Zs4hONFU+GhnY2XmfYUSF/20UR5dRgc0w=="),
    plain=("xxxxxxxxxxxx"),
    random=b"0123456789abcdef",
)
S3 = Vector(
    "S3",
    AI_BOT,
    "1700000000",
    "nonce1",
    "038efc2bedd92a175f84313fa94e260d51938832",
    encrypt=("sKqRbbiSUnDhFHOvPjtUMUuiuAPjcwNuCLX5gwzl23Q="),
    plain=(""),
    random=b"0123456789abcdef",
)
S4 = Vector(
    "S4",
    OFFICIAL,
    "1700000000",
    "nonce1",
    "1d68dfeaacc907067fef33f0f6e72cae1edb8eca",
    encrypt=(
        "sKqRbbiSUnDhFHOvPjtUMeiZH5K91XhqRvFpjIly9OXeWZhYOEvmFLinynjKUhZKSPqUimSFV5XnyNudkNET79koNZX0zo7IZ5omOkmV"
        "aJAJEWUile89VfTcO/nYQydOS57K2NirVgiecLzf8OJy5k3eLwyiW8tDF5uk5Wh5jPqzpHGpKqnQBIXzmcz2adij3CO5g1u7jUXdrfzo"
        "hheujyY8Zmu5t2lxfiL5cMUdL/4npruYmuVIiw2pIEu8ug0wM8dAlNNO4UXiMxMKt0U0w48+/M3Lmamv1k4P0CcbRMlUAQbnVq7gzddA"
        "P7ojp882IanKcH36sgYTTRcBfAgv0vJwTLsnkK/pUGBwEEhyrHk5xEnTl6+FxpX03GIwcCS1zIxFknX464+dJOjn6H/aAj9TJquVW43F"
        "IkhYYVcjzeqvF/SZwx5o0qeeAmzK7X6Ag+fULfi6Ki0b4pHbDYreTi/U6foNaf7PzFM8SmvaR3Ei/guJTA4rQPQtnlqpySaObAo+Ny1E"
        "9sW80faSxEB+ICMlX8YCknp8TDtfFR3o0q3gA4XnvkqJPFSRzlpbEAeE0QxJp+opBGj2ymaon6R3sFlAtY7f8grJH/PSo7ynrJMr7ODB"
        "duOkIvem6wl5Bb6C"
    ),
    plain=(
        "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUser"
        "Name><CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_car"
        "d_event]]></Event><EventKey><![CDATA[visit_done]]></EventKey><TaskId><![CDATA[rem-42-1]]></TaskId><CardT"
        "ype><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[RC-1]]></ResponseCode><AgentID>10000"
        "02</AgentID></xml>"
    ),
    random=b"0123456789abcdef",
)
ALL = (V1, V2, V3, V4, V5, V6, V7, S1, S2, S3, S4)

MEDIA_KEY = OFFICIAL[1]
MEDIA_PLAIN = bytes.fromhex("ffd8ffe046414b454a504547")
MEDIA_CIPHER = "a23znddivI6E+SKkABmDV5rRlcgOU2RwWquvJVvAyms="
