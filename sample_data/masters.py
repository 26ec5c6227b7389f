"""The master data as the systems export them: materials, partners, departments, warehouses and staff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sample_data import texts, workbooks
from sample_data.catalogue import (
    BUYERS,
    COMPLIANCE_OFFICER,
    DEPARTMENTS,
    FINANCE,
    GROUP,
    LEGAL,
    OFFICE,
    OWNER,
    PURCHASING,
    REGIONS,
    REQUESTERS,
    SUPPLY,
    VICE_PRESIDENTS,
    WAREHOUSES,
    customers,
    suppliers,
)
from sample_data.company import Company
from sample_data.materials import materials
from sample_data.workbooks import Row, Sheet

KINDS = {"product": "自制", "trade": "外购", "raw": "外购", "local": "外购", "service": "服务", "expense": "费用"}


def write(company: Company, folder: Path) -> list[Path]:
    """Write the master files into `folder`; returns their paths."""
    partners = [Sheet("供应商", vendors()), Sheet("客户", buyers(company.seed))]
    basics = [Sheet("部门", departments()), Sheet("仓库", warehouses()), Sheet("职员", employees())]
    return [
        texts.save(folder / "物料档案.csv", goods(), "gb18030"),
        workbooks.save(folder / "往来单位档案.xlsx", partners, GROUP),
        workbooks.save(folder / "基础档案.xlsx", basics, GROUP),
    ]


def goods() -> Iterator[Row]:
    """Every material with its category, unit and standard cost."""
    yield ("物料编码", "物料名称", "规格型号", "物料分类", "物料属性", "计量单位", "参考成本")
    for item in materials().values():
        stocked = item.use not in ("service", "expense")
        cost = texts.plain(item.cost) if stocked else ""
        yield (item.code, item.name, item.spec, item.category, KINDS[item.use], item.unit, cost)


def vendors() -> Iterator[Row]:
    """Every supplier."""
    yield ("供应商编码", "供应商名称", "供应商分类", "所在城市", "付款条件")
    for partner in suppliers().values():
        yield (partner.code, partner.name, partner.category, partner.city, f"{partner.terms}天")


def buyers(seed: int) -> Iterator[Row]:
    """Every customer with its region and who looks after it."""
    yield ("客户编码", "客户名称", "客户分类", "区域", "所在城市", "销售部门", "业务员", "收款条件")
    for partner in customers(seed).values():
        yield (
            partner.code,
            partner.name,
            partner.category,
            partner.region,
            partner.city,
            partner.department,
            partner.salesperson,
            f"{partner.terms}天",
        )


def departments() -> Iterator[Row]:
    """Every department with the division it belongs to."""
    yield ("部门编码", "部门名称", "所属公司", "上级部门", "部门负责人")
    for item in DEPARTMENTS:
        yield (item.code, item.name, item.company, item.parent, item.manager)


def warehouses() -> Iterator[Row]:
    """Every warehouse."""
    yield ("仓库编码", "仓库名称", "所属公司", "地址")
    for name, (code, address) in WAREHOUSES.items():
        yield (code, name, OWNER[name], address)


def employees() -> Iterator[Row]:
    """Everybody who occurs in a document, with department and post."""
    yield ("工号", "姓名", "部门", "职务")
    people: dict[str, tuple[str, str]] = {}
    for item in DEPARTMENTS:
        people.setdefault(item.manager, (item.name, "部门经理"))
    for name in VICE_PRESIDENTS.values():
        people.setdefault(name, (OFFICE, "分管副总"))
    groups = (
        (PURCHASING, SUPPLY, "采购主管"),
        (BUYERS, SUPPLY, "采购员"),
        (FINANCE, OFFICE, "预算主管"),
        (LEGAL, OFFICE, "法务"),
        ((COMPLIANCE_OFFICER,), OFFICE, "合规专员"),
        *((region.salespeople, region.department, "业务员") for region in REGIONS.values()),
        *((names, department, "职员") for department, names in REQUESTERS.items()),
    )
    for names, department, post in groups:
        for name in names:
            people.setdefault(name, (department, post))
    for place, (name, (department, post)) in enumerate(people.items(), 1):
        yield (f"{place:05d}", name, department, post)
