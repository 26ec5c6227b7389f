"""How a header text is read: width, spaces, marks, units and traditional characters make no difference."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

# Traditional characters that occur in headers, one to one; 帐 is a common variant of 账.
_TRADITIONAL = (
    "單據編號類採購訂應銷貨庫數額價稅幣別倉產規廠戶處審節點時間總計結餘實發領務員門項備註說態狀關閉經辦與憑證"
    "帳賬帐對從屬責過業種現際標準範圍開終報檢驗質異調撥轉簽駁還進線聯絡電話層級鏈個億萬圓匯兌細條碼稱簡體區國"
    "執歷齡損盤虧贏儲補週歸組織機構職崗課長讓樣圖製後無來為傳會負債權財資預約優營運輸達驟見決裡參啟閱復複覆輔"
    "積虛"
)
_SIMPLIFIED = (
    "单据编号类采购订应销货库数额价税币别仓产规厂户处审节点时间总计结余实发领务员门项备注说态状关闭经办与凭证"
    "账账账对从属责过业种现际标准范围开终报检验质异调拨转签驳还进线联络电话层级链个亿万圆汇兑细条码称简体区国"
    "执历龄损盘亏赢储补周归组织机构职岗课长让样图制后无来为传会负债权财资预约优营运输达骤见决里参启阅复复复辅"
    "积虚"
)
_FOLD = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_BRACKETS = str.maketrans("【〔［｛[{〈《】〕］｝]}〉》", "(((((((())))))))")
_DROPPED = re.compile("[\\s\u200b-\u200f\u2060\ufeff*:_\"'“”‘’`\\-‐-―−]+")

_MULTIPLES = {
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}
_CURRENCIES = {
    "CNY": "人民币|人民币元|rmb|cny",
    "USD": "美元|美金|usd|$|us$",
    "EUR": "欧元|eur|€",
    "HKD": "港元|港币|hkd|hk$",
    "JPY": "日元|日币|jpy",
    "GBP": "英镑|gbp|£",
    "TWD": "台币|新台币|twd|nt$",
    "SGD": "新加坡元|新币|sgd|s$",
}
_CURRENCY_OF: dict[str, str | None] = {word: code for code, words in _CURRENCIES.items() for word in words.split("|")}
_CURRENCY_OF |= {"元": None, "¥": None}  # the company's own money, whichever that is
_MEASURE_WORDS = (
    "%|主单位|主计量|主计量单位|基本单位|件|个|只|台|套|箱|包|盒|瓶|袋|卷|张|支|条|本|米|m|千克|公斤|kg|克|g|吨|t|升|l"
    "|pcs|pc|ea|"
    "天|日|days|day|小时|时|h|hours|分钟|min|秒|s|月|年|必填|选填|可选|必须|required|optional|"
    "yyyymmdd|yyyy/mm/dd|yyyymmddhhmmss|格式yyyymmdd"
)
_MEASURES = frozenset(_MEASURE_WORDS.split("|"))
# Groups of a two-row head whose measures mean nothing without them: 期初.数量 is no 数量.
_GROUP_WORDS = (
    "期初|期初结存|期初库存|期初余额|上期结存|上月结存|月初|月初结存|本期入库|本期收入|本期增加|入库|收入|收|本期出库"
    "|本期发出|本期减少|"
    "出库|发出|发|期末|期末结存|期末库存|期末余额|结存|本期结存|月末|月末结存|opening|openingbalance|openingstock|in"
    "|inbound|"
    "receipts|received|out|outbound|issues|issued|closing|closingbalance|closingstock|balance"
)
_GROUPS = frozenset(_GROUP_WORDS.split("|"))
_SUFFIX = re.compile(r"^(?P<head>.+?)(?:\((?P<inner>[^()]*)\)|/(?P<slash>[^/().]+))$")


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS).translate(_FOLD).casefold()
    return _DROPPED.sub("", folded)


def _money(word: str) -> tuple[int, str | None] | None:
    """万元 → (10000, None); 美元 → (1, USD); 万 → (10000, None); None where the word is no money unit."""
    if word in _CURRENCY_OF:
        return 1, _CURRENCY_OF[word]
    for name in sorted(_MULTIPLES, key=len, reverse=True):
        if word.startswith(name) and (word == name or word[len(name) :] in _CURRENCY_OF):
            return _MULTIPLES[name], _CURRENCY_OF.get(word[len(name) :])
    return None


def _split(text: str) -> tuple[str, tuple[str, ...]]:
    """The plain header without unit suffixes, and those suffixes, outermost first."""
    plain = _plain(text).rstrip(".")
    units: list[str] = []
    while (match := _SUFFIX.match(plain)) is not None:
        word = match["inner"] if match["inner"] is not None else match["slash"]
        # 15件/箱 is no unit suffix of its own: after a slash only money counts, in brackets any known measure does.
        if _money(word) is None and not (match["inner"] is not None and (not word or word in _MEASURES)):
            break
        units.append(word)
        plain = match["head"].rstrip(".")
    return plain, tuple(units)


def fold_header(text: str) -> str:
    """The header's whole text in its comparing form, path and all: ``期初.数量(主单位)`` → ``期初.数量``.

    NFKC, spaces, line breaks, ``*``, ``:``, ``_``, hyphens and quotes dropped, unit and currency suffixes dropped
    (an auxiliary unit, 原币 or 本币 in brackets stay: they are other columns), traditional → simplified, lower case.
    """
    return _split(text)[0]


def header_forms(text: str) -> tuple[str, ...]:
    """The forms under which a header may be known, best first: whole, path joined, last step of the path.

    ``供应商.编码`` → ``供应商.编码``, ``供应商编码``, ``编码``; a measure under a group such as 期初 has no last step.
    """
    whole = fold_header(text)
    if "." not in whole:
        return (whole,)
    head, tail = whole.rsplit(".", 1)
    steps = (whole, whole.replace(".", "")) if head in _GROUPS else (whole, whole.replace(".", ""), tail)
    return tuple(dict.fromkeys(form for form in steps if form))


def header_scale(text: str) -> Decimal:
    """By what the values under this header are multiplied: 金额(万元) → 10000, 税率(%) → 0.01, else 1."""
    scale = Decimal(1)
    for unit in _split(text)[1]:
        money = _money(unit)
        if unit == "%":
            scale *= Decimal("0.01")
        elif money is not None:
            scale *= money[0]
    return scale


def header_currency(text: str) -> str | None:
    """The ISO code the header names in its suffix: 金额(美元) → USD; None where it names none."""
    for unit in _split(text)[1]:
        money = _money(unit)
        if money is not None and money[1] is not None:
            return money[1]
    return None
