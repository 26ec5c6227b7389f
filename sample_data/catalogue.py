"""Who takes part in the sample company: two companies, their departments, people, warehouses, suppliers, customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Literal

GROUP = "衡岚制造集团"
MAKER, TRADER = "衡岚制造", "衡岚贸易"
EAST, SOUTH, NORTH, WEST = "华东仓", "华南仓", "华北仓", "西南仓"
WAREHOUSES = {
    EAST: ("W01", "苏州市吴中区"),
    SOUTH: ("W02", "佛山市顺德区"),
    NORTH: ("W03", "廊坊市固安县"),
    WEST: ("W04", "成都市新都区"),
}
OWNER = {EAST: MAKER, NORTH: MAKER, SOUTH: TRADER, WEST: TRADER}
JOURNALS = (EAST, SOUTH, NORTH)  # warehouses that report every movement; the fourth sends its monthly summary


@dataclass(frozen=True)
class Department:
    code: str
    name: str
    manager: str
    parent: str
    company: str


@dataclass(frozen=True)
class Partner:
    """A supplier or customer; `terms` = days until due, `lead` = days until a supplier delivers."""

    code: str
    name: str
    kind: Literal["supplier", "customer"]
    city: str
    region: str
    terms: int
    category: str = ""
    lead: int = 0
    department: str = ""
    salesperson: str = ""
    discount: float = 1.0
    size: float = 1.0
    channel: str = ""


PRODUCTION, SUPPLY, RESEARCH, OFFICE = "生产制造部", "供应链部", "研发中心", "综合管理部"
DIRECT, DEALERS = "直销业务部", "渠道业务部"
DEPARTMENTS = (
    Department("D10", PRODUCTION, "顾长河", "制造事业部", MAKER),
    Department("D11", SUPPLY, "骆俊", "制造事业部", MAKER),
    Department("D12", RESEARCH, "叶知秋", "制造事业部", MAKER),
    Department("D13", OFFICE, "汪玉兰", "职能中心", MAKER),
    Department("D20", DIRECT, "施国栋", "营销中心", MAKER),
    Department("D21", DEALERS, "袁晓雯", "营销中心", TRADER),
)
REQUESTERS = {
    PRODUCTION: ("郭志强", "冯小军", "邹立平", "卢建华", "丁勇"),
    SUPPLY: ("曹敏", "彭海涛", "田素珍"),
    RESEARCH: ("陆子昂", "谢文静", "韩东", "贺新宇"),
    OFFICE: ("孔令杰", "毛晨", "万丽", "段小红"),
    DIRECT: ("白雪", "江涛"),
    DEALERS: ("夏雪梅", "姚刚"),
}
BUYERS = ("章丽娟", "龚志远", "熊伟")
PURCHASING = ("潘建军", "秦岚")
FINANCE = ("苏婉清", "戴国平")
LEGAL = ("柯正源", "俞静怡")
COMPLIANCE_OFFICER = "范一鸣"
VICE_PRESIDENTS = {"制造事业部": "陶景林", "营销中心": "方砚", "职能中心": "史学文"}
EXPERTS = {"田素珍": SUPPLY, "孔令杰": OFFICE, "骆俊": SUPPLY}  # asked for advice


@dataclass(frozen=True)
class Region:
    """A sales region: who sells there from which warehouse, its share of the business, its growth in a year."""

    name: str
    department: str
    warehouse: str
    share: float
    growth: float
    customers: int
    cities: tuple[str, ...]
    salespeople: tuple[str, ...]


REGIONS = {
    region.name: region
    for region in (
        Region(
            "华东", DIRECT, EAST, 0.34, 0.060, 60,
            ("上海", "苏州", "杭州", "宁波", "南京", "合肥", "无锡", "温州"), ("沈浩", "徐佳怡", "朱海波", "严冬"),
        ),
        Region("华中", DIRECT, EAST, 0.15, 0.045, 32, ("武汉", "长沙", "郑州", "南昌"), ("任思远", "乔敏")),
        Region(
            "华北", DIRECT, NORTH, 0.18, 0.055, 36, ("天津", "北京", "石家庄", "济南"), ("尹大鹏", "宋雅琴", "齐磊"),
        ),
        Region("华南", DEALERS, SOUTH, 0.22, 0.070, 44, ("深圳", "广州", "东莞", "佛山"), ("何嘉俊", "黎美琪", "邓伟")),
        Region("西南", DEALERS, WEST, 0.11, 0.080, 28, ("重庆", "成都", "贵阳"), ("蒋雨薇", "石铁山")),
    )
}  # fmt: skip
SALES_DEPARTMENTS = (DIRECT, DEALERS)

_SUPPLIERS = (  # name, city, terms, lead, categories of what they sell
    ("无锡锡山重型铸造有限公司", "无锡", 7, 10, "铸件"),
    ("苏州宏图钣金壳体有限公司", "苏州", 7, 9, "型材钣金"),
    ("洛阳中岳轴承主轴有限公司", "洛阳", 10, 10, "传动件"),
    ("宁波恒锐精密机械有限公司", "宁波", 7, 8, "传动件"),
    ("绍兴越谐减速器有限公司", "绍兴", 5, 9, "传动件"),
    ("铜陵金鼎铜业线缆有限公司", "铜陵", 3, 6, "电工材料"),
    ("马鞍山江东金属材料有限公司", "马鞍山", 5, 7, "型材钣金"),
    ("赣州稀磁新材料有限公司", "赣州", 7, 9, "电工材料"),
    ("武汉楚控数控技术有限公司", "武汉", 10, 10, "电子元件"),
    ("深圳芯恒电子有限公司", "深圳", 5, 8, "电子元件"),
    ("常州绿舟包装有限公司", "常州", 5, 5, "包装材料"),
    ("青岛海测计量仪器有限公司", "青岛", 7, 10, "量具"),
    ("株洲湘锐工具有限公司", "株洲", 5, 8, "刀具"),
    ("杭州目视智能科技有限公司", "杭州", 7, 9, "工业视觉"),
    ("常熟虞山铸锻有限公司", "常熟", 5, 9, "铸件"),
    ("台州海门传动件有限公司", "台州", 7, 8, "传动件"),
    ("东莞莞芯电子器件有限公司", "东莞", 5, 7, "电子元件"),
    ("厦门鹭岛元器件有限公司", "厦门", 7, 8, "电子元件"),
    ("嘉兴南湖绝缘材料有限公司", "嘉兴", 5, 6, "电工材料"),
    ("佛山顺容铝型材有限公司", "佛山", 5, 7, "型材钣金"),
    ("昆山巴城纸箱有限公司", "昆山", 3, 5, "包装材料"),
    ("西安长缨量仪有限公司", "西安", 7, 10, "量具"),
    ("成都蓉切数控刀具有限公司", "成都", 7, 9, "刀具"),
    ("宁波奉气自动化有限公司", "宁波", 5, 7, "气动元件"),
    ("温州瓯气动力有限公司", "温州", 5, 7, "气动元件"),
    ("苏州视元光电有限公司", "苏州", 7, 8, "工业视觉"),
    ("济宁任城液压有限公司", "济宁", 7, 9, "液压元件"),
    ("长沙湘液传动有限公司", "长沙", 5, 8, "液压元件"),
    ("海盐紧固标准件有限公司", "海盐", 3, 5, "紧固辅料"),
    ("永年燕赵紧固件有限公司", "邯郸", 5, 6, "紧固辅料"),
    ("佛山南海包装制品有限公司", "佛山", 5, 5, "包装备件"),
    ("广州番禺备件有限公司", "广州", 7, 8, "备品备件"),
    ("苏州文汇办公用品有限公司", "苏州", 5, 3, "办公用品"),
    ("上海联创计算机系统有限公司", "上海", 7, 6, "信息设备"),
    ("北京数擎软件股份有限公司", "北京", 5, 4, "软件服务"),
    ("上海云栈网络科技有限公司", "上海", 7, 3, "软件服务"),
    ("上海博展会展服务有限公司", "上海", 5, 10, "市场活动"),
    ("苏州精试模型科技有限公司", "苏州", 7, 10, "研发试制"),
    ("昆山拓速机电试制有限公司", "昆山", 7, 9, "研发试制"),
    ("江苏苏检检测技术有限公司", "南京", 5, 6, "检测服务"),
    ("苏州固安机电设备有限公司", "苏州", 7, 8, "设备备件"),
    ("济南鲁机机床维修有限公司", "济南", 7, 9, "设备备件"),
    ("南通安护劳保用品有限公司", "南通", 5, 4, "劳保用品"),
    ("东莞锐模精密模具有限公司", "东莞", 10, 12, "工装模具"),
)  # fmt: skip
_TRADES = ("精密机械", "汽车零部件", "模具", "新能源装备", "航空部件", "电子科技", "智能装备", "液压件")
_SYLLABLES = "鑫宏瑞盛泰博联恒嘉锐通远安达立星鹏润"


@lru_cache(maxsize=1)
def suppliers() -> dict[str, Partner]:
    """Every supplier by code."""
    return {
        f"V{100 + place:04d}": Partner(f"V{100 + place:04d}", name, "supplier", city, "", terms, category, lead)
        for place, (name, city, terms, lead, category) in enumerate(_SUPPLIERS, 1)
    }


@lru_cache(maxsize=4)
def customers(seed: int) -> dict[str, Partner]:
    """Every customer by code; names are put together at random."""
    rng = Random(f"{seed}/customers")
    found: dict[str, Partner] = {}
    names: set[str] = set()
    for region in REGIONS.values():
        for _ in range(region.customers):
            city = rng.choice(region.cities)
            name = ""
            while not name or name in names:
                ending = rng.choice(("有限公司", "有限公司", "股份有限公司"))
                name = city + "".join(rng.sample(_SYLLABLES, 2)) + rng.choice(_TRADES) + ending
            names.add(name)
            code = f"{1001 + len(found):06d}"
            dealer = region.department == DEALERS
            found[code] = Partner(
                code,
                name,
                "customer",
                city,
                region.name,
                rng.choice((0, 3, 5, 7, 10)),
                "经销商" if dealer else "终端客户",
                0,
                region.department,
                rng.choice(region.salespeople),
                round(rng.uniform(0.95, 1.0), 3),
                round(rng.lognormvariate(0, 0.5), 3),
                "经销" if dealer else rng.choice(("直销", "直销", "直销", "电商")),
            )
    return found


@lru_cache(maxsize=8)
def department(name: str) -> Department:
    """The department of that name; KeyError where there is none."""
    return {item.name: item for item in DEPARTMENTS}[name]
