"""What the sample company buys, makes, stocks and sells: two thousand materials with cost, price and recipe."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sample_data.catalogue import suppliers

Use = Literal["product", "trade", "raw", "local", "service", "expense"]


@dataclass(frozen=True, slots=True)
class Material:
    """A thing that is bought, made or sold; `cost` and `price` in fen per unit without tax (price 0 = not sold).

    `recipe` maps raw materials to the whole quantity that goes into one unit of a product; `monthly` is what the
    southern warehouse uses of packaging and spare parts in a month.
    """

    code: str
    name: str
    spec: str
    category: str
    unit: str
    use: Use
    cost: int
    price: int = 0
    supplier: str = ""
    recipe: tuple[tuple[str, int], ...] = ()
    monthly: int = 0


@dataclass(frozen=True)
class Family:
    """Materials that differ by size: `count` of them under names that take turns, `low` to `high` yuan each."""

    prefix: str
    category: str
    names: str
    spec: str
    unit: str
    count: int
    low: float
    high: float
    share: float = 0.0  # of cost in price
    recipe: str = ""  # raw family: share of the product's cost


_RAW = (
    Family("R01", "铸件", "铸铁床身毛坯 立柱铸件 球墨铸铁壳体 端盖铸件 底座铸件", "HT{0}-{1}", "件", 70, 18, 5200),
    Family("R02", "传动件", "精密轴承 滚珠丝杠毛坯 导轨毛坯 谐波减速器 齿轮坯 联轴器", "{0}C/P{1}", "套", 80, 12, 1900),
    Family("R03", "电工材料", "漆包铜线 硅钢片 钕铁硼磁钢 电缆线束 绝缘纸", "QZY-{0}/{1}", "千克", 80, 6, 160),
    Family("R04", "电子元件", "驱动器板卡 控制器主板 编码器芯片 功率模块 接插件 数控系统", "EC-{0}-{1}", "块", 120, 4,
           6800),
    Family("R05", "型材钣金", "铝型材 钣金外壳 电控柜体 冷轧板 不锈钢板", "6061-{0}-{1}", "件", 80, 9, 2600),
    Family("R06", "包装材料", "木包装箱 瓦楞纸箱 护角 缓冲泡棉", "{0}×{1}", "只", 70, 2, 320),
)  # fmt: skip
_PRODUCTS = (
    Family("P11", "数控机床", "立式加工中心 数控车床 钻攻中心", "VMC{0}-{1}", "台", 30, 86000, 240000, 0.75,
           "R01:.22 R02:.14 R04:.2 R05:.06 R06:.004"),
    Family("P12", "伺服电机", "交流伺服电机 直流无刷电机 力矩电机", "HM-{0}W-{1}", "台", 50, 900, 8200, 0.72,
           "R03:.34 R04:.22 R02:.08"),
    Family("P13", "伺服驱动器", "伺服驱动器 步进驱动器 变频器", "DS-{0}-{1}", "台", 45, 1200, 6600, 0.70,
           "R04:.42 R05:.1 R03:.08"),
    Family("P14", "传动部件", "滚珠丝杠副 直线导轨副 数控刀塔", "BR{0}-{1}", "套", 60, 380, 6200, 0.76,
           "R02:.5 R05:.1"),
    Family("P15", "减速机", "精密行星减速机 谐波减速机 蜗轮减速机", "PLE{0}-{1}", "台", 45, 1800, 9000, 0.75,
           "R01:.2 R02:.38"),
    Family("P16", "电主轴", "高速电主轴 机械主轴", "MS-{0}k-{1}", "台", 30, 8000, 46000, 0.73,
           "R02:.4 R03:.1 R04:.08"),
    Family("P17", "电控成套", "低压电控柜 变频调速柜 操作台", "GGD-{0}-{1}", "台", 40, 6000, 60000, 0.77,
           "R05:.22 R03:.16 R04:.24"),
    Family("P18", "传感编码", "绝对值编码器 接近开关 光栅尺", "E{0}-{1}bit", "只", 60, 180, 2600, 0.72,
           "R04:.5 R06:.02"),
)  # fmt: skip
_TRADE = (
    Family("T21", "量具", "数显卡尺 千分尺 量块 高度规 百分表", "IP{0}-{1}", "把", 110, 120, 4200, 0.80),
    Family("T22", "刀具", "立铣刀 车刀片 钻头 丝锥 刀柄", "BT{0}-{1}", "支", 110, 45, 2600, 0.80),
    Family("T23", "气动元件", "气缸 电磁阀 气源处理件 气管接头", "SC{0}×{1}", "只", 110, 30, 1500, 0.79),
    Family("T24", "工业视觉", "工业相机 镜头 光源 视觉控制器", "VS-{0}-{1}", "台", 110, 380, 9200, 0.81),
    Family("T25", "液压元件", "液压泵 换向阀 油缸 液压接头", "YB{0}-{1}", "台", 110, 90, 5200, 0.80),
    Family("T26", "紧固辅料", "内六角螺栓 密封圈 润滑脂 切削液 砂轮", "M{0}×{1}", "盒", 110, 18, 420, 0.78),
)  # fmt: skip
_LOCAL = (  # stock kept in the south only
    Family("B31", "包装备件", "瓦楞纸箱 木包装箱 珍珠棉 打包带 标签", "V{0}-{1}", "只", 50, 4, 900),
    Family("B32", "备品备件", "主轴备件 数控系统备板 驱动器备件 刀库备件", "SP{0}-{1}", "套", 50, 260, 9800),
)  # fmt: skip
_EXPENSES = (  # bought for use, never stocked
    Family("F51", "办公用品", "办公用纸 墨盒硒鼓 办公桌椅 文件柜", "A{0}-{1}", "件", 50, 60, 1700),
    Family("F52", "信息设备", "笔记本电脑 图形工作站 显示器 交换机", "IT{0}-{1}", "台", 45, 900, 26000),
    Family("F53", "软件服务", "设计软件许可 云服务年费 数据库许可", "L{0}-{1}", "套", 30, 4000, 68000),
    Family("F54", "市场活动", "展位搭建 宣传物料 客户活动", "E{0}-{1}", "项", 40, 2500, 90000),
    Family("F55", "研发试制", "试制加工件 试验样机部件 快速成型件", "RD{0}-{1}", "批", 60, 1500, 92000),
    Family("F56", "检测服务", "材料性能检测 计量校准 可靠性试验", "CN{0}-{1}", "次", 35, 900, 16000),
    Family("F57", "设备备件", "数控铣床备件 液压站检修包 机床导轨 伺服备件", "EQ{0}-{1}", "套", 50, 700, 24000),
    Family("F58", "劳保用品", "劳保手套 安全鞋 防护眼镜 工作服", "PP{0}-{1}", "箱", 30, 80, 900),
    Family("F59", "工装模具", "产线工装夹具 压铸模具 检具", "TL{0}-{1}", "套", 30, 6000, 160000),
)  # fmt: skip
_SERVICES = Family(
    "S41", "技术服务", "安装调试服务 年度维保服务 操作培训 精度校准", "级别{0}-{1}", "次", 10, 2600, 58000
)

GIFT = "T26001"
MACHINES = "数控机床"
SOLD: tuple[Use, ...] = ("product", "trade")


def _rows(family: Family) -> list[tuple[str, str, str, int]]:
    """Code, name, specification and fen of each member; sizes and prices climb together within a name."""
    names = family.names.split()
    found = []
    for place in range(family.count):
        part = place / max(1, family.count - 1)
        yuan = family.low * (family.high / family.low) ** part
        step = 10 ** max(0, len(str(int(yuan))) - 2)
        fen = max(1, round(yuan / step)) * step * 100 if yuan >= 20 else round(yuan * 10) * 10
        spec = family.spec.format(20 + 5 * (place // len(names)), 1 + place % 7)
        found.append((f"{family.prefix}{place + 1:03d}", names[place % len(names)], spec, fen))
    return found


class _Bench:
    """Chooses the raw materials of products: fitting in price, and each of them for some product."""

    def __init__(self, raw: list[Material]) -> None:
        self.groups: dict[str, list[Material]] = defaultdict(list)
        self.uses: dict[str, int] = defaultdict(int)
        for item in raw:
            self.groups[item.code[:3]].append(item)

    def recipe(self, family: Family, cost: int) -> tuple[tuple[str, int], ...]:
        found = []
        for part in family.recipe.split():
            group, share = part.split(":")
            budget = cost * float(share)
            fitting = [item for item in self.groups[group] if budget / 60 <= item.cost <= budget]
            chosen = min(fitting or self.groups[group][:1], key=lambda item: (self.uses[item.code], -item.cost))
            self.uses[chosen.code] += 1
            found.append((chosen.code, max(1, round(budget / chosen.cost))))
        return tuple(found)


def _sellers() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code, partner in suppliers().items():
        found[partner.category].append(code)
    return found


@lru_cache(maxsize=1)
def materials() -> dict[str, Material]:
    """Every material by code."""
    sellers = _sellers()

    def seller(category: str, place: int) -> str:
        return sellers[category][place % len(sellers[category])]

    rows = [
        Material(code, name, spec, family.category, family.unit, "raw", fen, 0, seller(family.category, place))
        for family in _RAW
        for place, (code, name, spec, fen) in enumerate(_rows(family))
    ]
    bench = _Bench(rows)
    for family in _PRODUCTS:
        for code, name, spec, fen in _rows(family):
            cost = round(fen * family.share)
            recipe = bench.recipe(family, cost)
            rows.append(Material(code, name, spec, family.category, family.unit, "product", cost, fen, "", recipe))
    for family in _TRADE:
        for place, (code, name, spec, fen) in enumerate(_rows(family)):
            cost, by = round(fen * family.share), seller(family.category, place)
            rows.append(Material(code, name, spec, family.category, family.unit, "trade", cost, fen, by))
    for family in _LOCAL:
        for place, (code, name, spec, fen) in enumerate(_rows(family)):
            monthly, by = max(4, round(700_000 / fen)), seller(family.category, place)
            rows.append(Material(code, name, spec, family.category, family.unit, "local", fen, 0, by, (), monthly))
    for code, name, spec, fen in _rows(_SERVICES):
        rows.append(Material(code, name, spec, _SERVICES.category, _SERVICES.unit, "service", 0, fen))
    for family in _EXPENSES:
        rows += [
            Material(code, name, spec, family.category, family.unit, "expense", fen)
            for code, name, spec, fen in _rows(family)
        ]
    return {item.code: item for item in rows}


def conversion(item: Material) -> int:
    """Labour and overhead of one unit of a product, in fen."""
    stock = materials()
    return max(0, item.cost - sum(stock[raw].cost * quantity for raw, quantity in item.recipe))
