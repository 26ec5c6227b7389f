"""Who takes part in the sample company: departments, people, warehouses, suppliers and customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Literal

COMPANY_AUTHOR = "华辰制造集团"
EAST, SOUTH, NORTH = "华东仓", "华南仓", "华北仓"
WAREHOUSES = {EAST: ("W01", "苏州市吴中区"), SOUTH: ("W02", "佛山市顺德区"), NORTH: ("W03", "廊坊市固安县")}


@dataclass(frozen=True)
class Department:
    code: str
    name: str
    manager: str
    parent: str


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
    punctual: float = 1.0
    size: float = 1.0


PRODUCTION, SUPPLY, RESEARCH = "生产制造部", "供应链部", "研发中心"
DEPARTMENTS = (
    Department("D10", PRODUCTION, "顾长河", "制造事业部"),
    Department("D11", "设备工程部", "钱永昌", "制造事业部"),
    Department("D12", "质量部", "田素珍", "制造事业部"),
    Department("D13", SUPPLY, "骆俊", "制造事业部"),
    Department("D20", RESEARCH, "叶知秋", "研发事业部"),
    Department("D21", "信息技术部", "范一鸣", "职能中心"),
    Department("D22", "市场部", "蒋雨薇", "职能中心"),
    Department("D23", "行政部", "汪玉兰", "职能中心"),
    Department("D24", "财务部", "杜明华", "职能中心"),
    Department("D25", "法务部", "柯正源", "职能中心"),
    Department("D30", "华东大区", "施国栋", "营销中心"),
    Department("D31", "华南大区", "梁宝珊", "营销中心"),
    Department("D32", "华北大区", "石铁山", "营销中心"),
    Department("D33", "渠道业务部", "袁晓雯", "营销中心"),
)
REQUESTERS = {
    PRODUCTION: ("郭志强", "冯小军", "邹立平"),
    SUPPLY: ("曹敏", "彭海涛"),
    RESEARCH: ("陆子昂", "谢文静", "韩东", "贺新宇"),
    "设备工程部": ("卢建华", "丁勇"),
    "质量部": ("夏雪梅", "姚刚"),
    "信息技术部": ("孔令杰", "毛晨"),
    "市场部": ("白雪", "江涛"),
    "行政部": ("万丽", "段小红"),
}
SALESPEOPLE = {
    "华东大区": ("沈浩", "徐佳怡", "朱海波", "严冬"),
    "华南大区": ("何嘉俊", "黎美琪", "邓伟"),
    "华北大区": ("尹大鹏", "宋雅琴", "齐磊"),
    "渠道业务部": ("任思远", "乔敏"),
}
BUYERS = ("章丽娟", "龚志远", "熊伟")
PURCHASING = ("潘建军", "秦岚")
FINANCE = ("苏婉清", "戴国平")
LEGAL = ("柯正源", "俞静怡")
VICE_PRESIDENTS = {"制造事业部": "陶景林", "研发事业部": "方砚", "职能中心": "史学文"}

DIVERGENT = "V0104"  # the supplier whose invoices differ from the order
_SUPPLIERS = (  # code, name, city, terms, lead, category
    ("V0101", "无锡锡山重型铸造有限公司", "无锡", 60, 12, "铸件"),
    ("V0102", "苏州宏图钣金壳体有限公司", "苏州", 60, 9, "铸件"),
    ("V0103", "洛阳中岳轴承主轴有限公司", "洛阳", 45, 10, "传动"),
    (DIVERGENT, "宁波恒锐精密机械有限公司", "宁波", 30, 8, "传动"),
    ("V0105", "绍兴越谐减速器有限公司", "绍兴", 45, 9, "传动"),
    ("V0106", "铜陵金鼎铜业线缆有限公司", "铜陵", 15, 6, "电工材料"),
    ("V0107", "马鞍山江东金属材料有限公司", "马鞍山", 30, 7, "电工材料"),
    ("V0108", "赣州稀磁新材料有限公司", "赣州", 30, 9, "电工材料"),
    ("V0109", "武汉楚控数控技术有限公司", "武汉", 60, 10, "电子"),
    ("V0110", "深圳芯恒电子有限公司", "深圳", 45, 8, "电子"),
    ("V0111", "常州绿舟包装有限公司", "常州", 30, 5, "包装"),
    ("V0112", "青岛海测计量仪器有限公司", "青岛", 45, 12, "贸易"),
    ("V0113", "株洲湘锐工具有限公司", "株洲", 45, 8, "贸易"),
    ("V0114", "杭州目视智能科技有限公司", "杭州", 30, 9, "贸易"),
    ("V0201", "苏州文汇办公用品有限公司", "苏州", 30, 3, "办公用品"),
    ("V0202", "上海联创计算机系统有限公司", "上海", 30, 6, "信息设备"),
    ("V0203", "北京数擎软件股份有限公司", "北京", 15, 4, "软件服务"),
    ("V0204", "上海云栈网络科技有限公司", "上海", 30, 3, "软件服务"),
    ("V0205", "上海博展会展服务有限公司", "上海", 15, 14, "市场活动"),
    ("V0206", "苏州精试模型科技有限公司", "苏州", 30, 12, "研发试制"),
    ("V0207", "昆山拓速机电试制有限公司", "昆山", 30, 11, "研发试制"),
    ("V0208", "江苏苏检检测技术有限公司", "南京", 30, 6, "检测服务"),
    ("V0209", "苏州固安机电设备有限公司", "苏州", 45, 8, "设备备件"),
    ("V0210", "济南鲁机机床维修有限公司", "济南", 30, 10, "设备备件"),
    ("V0211", "南通安护劳保用品有限公司", "南通", 30, 4, "劳保用品"),
    ("V0212", "东莞锐模精密模具有限公司", "东莞", 45, 18, "工装模具"),
)
_REGIONS = {  # sales department -> region, cities
    "华东大区": (("华东", ("上海", "苏州", "杭州", "宁波", "南京", "合肥")), ("华中", ("武汉", "长沙"))),
    "华南大区": (("华南", ("深圳", "广州", "东莞", "佛山")), ("西南", ("重庆", "成都"))),
    "华北大区": (("华北", ("天津", "北京", "石家庄", "济南")), ("东北", ("沈阳", "大连"))),
    "渠道业务部": (("华东", ("上海", "无锡", "温州")), ("华中", ("郑州", "南昌"))),
}
_TRADES = ("精密机械", "汽车零部件", "模具", "新能源装备", "航空部件", "电子科技", "智能装备", "液压件")
_SYLLABLES = (
    "鑫",
    "宏",
    "瑞",
    "盛",
    "泰",
    "博",
    "联",
    "恒",
    "嘉",
    "锐",
    "通",
    "远",
    "安",
    "达",
    "立",
    "星",
    "鹏",
    "润",
)
_CUSTOMERS_PER_DEPARTMENT = {"华东大区": 20, "华南大区": 15, "华北大区": 14, "渠道业务部": 11}
SALES_DEPARTMENTS = tuple(_CUSTOMERS_PER_DEPARTMENT)
HOME = {"华东大区": EAST, "华南大区": SOUTH, "华北大区": NORTH, "渠道业务部": EAST}


@lru_cache(maxsize=1)
def suppliers() -> dict[str, Partner]:
    """Every supplier by code."""
    return {
        code: Partner(code, name, "supplier", city, "", terms, category, lead)
        for code, name, city, terms, lead, category in _SUPPLIERS
    }


@lru_cache(maxsize=4)
def customers(seed: int) -> dict[str, Partner]:
    """Every customer by code; names are put together at random."""
    rng = Random(f"{seed}/customers")
    found: dict[str, Partner] = {}
    names: set[str] = set()
    for department, count in _CUSTOMERS_PER_DEPARTMENT.items():
        for place in range(count):
            region, cities = _REGIONS[department][0 if place % 3 < 2 else 1]
            city = rng.choice(cities)
            name = ""
            while not name or name in names:
                name = (
                    city
                    + "".join(rng.sample(_SYLLABLES, 2))
                    + rng.choice(_TRADES)
                    + rng.choice(("有限公司", "有限公司", "股份有限公司"))
                )
            names.add(name)
            code = f"{1001 + len(found):06d}"
            found[code] = Partner(
                code,
                name,
                "customer",
                city,
                region,
                rng.choice((30, 30, 45, 60, 60)),
                "终端客户" if department != "渠道业务部" else "经销商",
                0,
                department,
                rng.choice(SALESPEOPLE[department]),
                round(rng.uniform(0.94, 1.0), 3),
                rng.choice((0.6, 1.0, 1.0, 1.0, 1.4, 2.6)),
                round(rng.lognormvariate(0, 0.6), 3),
            )
    return found


def department(name: str) -> Department:
    """The department of that name; KeyError where there is none."""
    return {item.name: item for item in DEPARTMENTS}[name]
