"""Master tables: materials, partners, departments, warehouses, employees."""

from __future__ import annotations

from cockpit.model.columns import Draft, columns, draft, words
from cockpit.model.groups import OWNERSHIP, SUPPLIER
from cockpit.model.types import Table


# Headers that ask the contrary (是否停用, Discontinued) are left out: their 是 would read as active.
def _active() -> Draft:
    return draft("is_active", "flag", own="使用状态|启用状态|是否启用|状态|Active|Is Active|Status|Enabled"
                 "|FForbidStatus", choices={
        "true": words("启用|正常|使用|使用中|在用|在职|未停用|未禁用|有效|生效|A|active|enabled|是|true|1|Y"),
        "false": words("停用|禁用|已停用|已禁用|失效|无效|作废|离职|B|inactive|disabled|否|false|0|N"),
    })  # fmt: skip


MATERIALS = Table(
    name="materials",
    mode="master",
    columns=columns(
        OWNERSHIP,
        draft("material_code", "code", "material_code", own="编码|编号|代码|Code|Number|FNumber|item_code|cInvCode"
              "|ProductID",
              required=True),
        draft("material_name", "text", "material_name", own="名称|Name|FName|item_name|ProductName", dimension=True),
        draft("specification", "text", "specification"),
        draft("category", "text", "category", dimension=True),
        draft("material_type", "text", own="物料属性|存货属性|物料类型|存货类型|Material Type|detailed_type"
              "|type", dimension=True),
        draft("uom", "text", "uom"),
        draft("unit_cost", "price", "unit_cost", own="标准成本|参考成本|计划单价|计划价"),
        draft("unit_price", "price", "price_silent price_net", own="参考售价|标准售价|List Price|ListPrice"),
        draft("tax_rate", "rate", "tax_rate"),
        draft("abc_class", "code", own="ABC分类|ABC类别|ABC|ABC Class|MAABC", dimension=True),
        draft("reorder_point", "quantity", own="再订货点|订货点|补货点|最低库存|Reorder Point|Reorder Level"
              "|ReorderPoint|MINBE"),
        draft("safety_stock", "quantity", own="安全库存|安全库存量|Safety Stock|SafetyStockLevel|EISBE"),
        draft("lead_time_days", "integer", own="提前期|采购提前期|固定提前期|交货周期|Lead Time|Lead Time (days)"
              "|PLIFZ", unit="days"),
        draft("default_warehouse", "text", own="默认仓库|Default Warehouse|仓库"),
        SUPPLIER,
        draft("first_received_on", "day", own="首次入库日期|启用日期|First Received"),
        _active(),
        draft("remark", "text", "remark"),
    ),
    unit=("material_code",),
    signature=("material_code", "material_name", "specification", "category", "uom", "material_type", "unit_cost",
               "abc_class", "safety_stock"),
    names=words("物料|物料清单|物料档案|物料主数据|物料列表|存货档案|存货|商品档案|商品资料|商品信息|产品档案|产品目录"
                "|materials|material master|items|item master|products|product|BD_MATERIAL|Inventory|MARA"),
)  # fmt: skip

# Suppliers and customers number apart, so the role is part of the key.
PARTNERS = Table(
    name="partners",
    mode="master",
    columns=columns(
        OWNERSHIP,
        draft("role", "choice", own="往来单位类型|往来性质|伙伴类型|单位性质|性质|Role|Partner Type"
              "|Partner Role", choices={
            "supplier": words("供应商|供货商|厂商|supplier|vendor|S"),
            "customer": words("客户|顾客|会员|customer|client|C"),
            "both": words("客户/供应商|供应商/客户|客商|both"),
        }, required=True, dimension=True),
        draft("partner_code", "code", "partner_code supplier_code customer_code", own="编码|编号|代码|Code|Number"
              "|FNumber|ref",
              required=True),
        draft("partner_name", "text", "partner_name supplier_name customer_name", own="名称|全称|单位名称|Name|FName"
              "|FullName|CompanyName",
              without="客户简称|供应商简称|cVenAbbName", personal=True, dimension=True),
        draft("short_name", "text", own="简称|客户简称|供应商简称|Short Name|cVenAbbName|cCusAbbName", personal=True),
        draft("category", "text", own="分类|客户分类|供应商分类|客户类别|供应商类别|往来单位分类|Category|Group"
              "|Customer Group|Supplier Group|cVCCode|cCCCode", dimension=True),
        draft("region", "text", own="区域|地区|所属地区|所属区域|省份|国家|Region|Country|Territory"
              "|LAND1", dimension=True),
        draft("tax_no", "code", own="税号|纳税人识别号|统一社会信用代码|纳税号|Tax ID|Tax No|VAT No|vat|STCEG"),
        draft("payment_terms", "text", "payment_terms payment_method"),
        draft("credit_limit", "money", own="信用额度|授信额度|Credit Limit|KLIMK"),
        draft("currency", "code", "currency"),
        draft("department", "text", "department sales_department purchase_department", own="分管部门", dimension=True),
        draft("salesperson", "text", "salesperson buyer handler", own="专管业务员"
              "|分管业务员", personal=True, dimension=True),
        draft("contact", "text", own="联系人|Contact|Contact Name|ContactName", personal=True),
        _active(),
        draft("remark", "text", "remark"),
    ),
    unit=("role", "partner_code"),
    signature=("partner_code", "partner_name", "role", "short_name", "tax_no", "contact", "credit_limit", "region",
               "category"),
    names=words("供应商|供应商档案|供应商列表|供应商资料|客户|客户档案|客户列表|客户资料|往来单位|往来单位档案"
                "|客商档案|partners|suppliers|supplier|vendors|vendor|customers|customer|BD_Supplier|BD_Customer|LFA1"
                "|KNA1|res_partner"),
)  # fmt: skip

ROLE_HINTS = {
    "supplier": words("供应商|供货|厂商|supplier|vendor|LFA1|BD_Supplier"),
    "customer": words("客户|顾客|会员|customer|client|KNA1|BD_Customer"),
}

DEPARTMENTS = Table(
    name="departments",
    mode="master",
    columns=columns(
        OWNERSHIP,
        draft("department_code", "code", own="部门编码|部门代码|部门编号|编码|编号|代码|Department Code|Department ID"
              "|Code|Number|FNumber|cDepCode", required=True),
        draft("department", "text", "department", own="名称|部门全称|Name|FName", without="部门编码|部门代码|成本中心"
              "|利润中心",
              required=True, dimension=True),
        draft("parent_department", "text", own="上级部门|父部门|上级部门名称|所属上级|Parent Department|Parent"
              "|parent_id"),
        draft("manager", "text", own="部门负责人|负责人|部门主管|主管|经理|Manager|Head|manager_id", personal=True),
        draft("cost_center", "code", own="成本中心|Cost Center|Cost Centre|KOSTL"),
        _active(),
        draft("remark", "text", "remark"),
    ),
    unit=("department_code",),
    signature=("department_code", "department", "parent_department", "manager"),
    names=words("部门|部门档案|部门列表|组织架构|组织机构|departments|department|BD_Department|hr_department"),
)  # fmt: skip

WAREHOUSES = Table(
    name="warehouses",
    mode="master",
    columns=columns(
        OWNERSHIP,
        draft("warehouse_code", "code", own="仓库编码|仓库代码|仓库编号|编码|编号|代码|Warehouse Code|Warehouse ID"
              "|Code|Number|FNumber|cWhCode|LGORT", required=True),
        draft("warehouse", "text", "warehouse", own="名称|Name|FName|LGOBE", without="仓库编码|仓库代码", required=True,
              dimension=True),
        draft("site", "code", "site", dimension=True),
        draft("warehouse_type", "text", own="仓库类型|仓库属性|仓库类别|Warehouse Type", dimension=True),
        draft("department", "text", "department", dimension=True),
        draft("keeper", "text", own="仓管员|保管员|仓库负责人|负责人|Keeper|Warehouse Keeper", personal=True),
        draft("address", "text", own="地址|仓库地址|Address"),
        _active(),
        draft("remark", "text", "remark"),
    ),
    unit=("warehouse_code",),
    signature=("warehouse_code", "warehouse", "warehouse_type", "keeper", "address"),
    names=words("仓库|仓库档案|仓库列表|仓库资料|warehouses|warehouse|storage locations|BD_STOCK|T001L"
                "|stock_warehouse"),
)  # fmt: skip

EMPLOYEES = Table(
    name="employees",
    mode="master",
    columns=columns(
        OWNERSHIP,
        draft("employee_code", "code", own="工号|员工编号|员工编码|职员编码|人员编码|编码|编号|代码|Employee Code"
              "|Employee ID|Employee No|Staff No|PERNR|cPersonCode|FNumber|Code|Number", required=True, personal=True),
        draft("employee_name", "text", own="姓名|员工姓名|职员姓名|人员姓名|名称|员工|职员|Employee Name|Employee"
              "|Full Name|Name|cPersonName|FName", required=True, personal=True),
        draft("account", "code", own="用户名|登录名|账号|用户账号|User Name|Login|User|USERNAME", personal=True),
        draft("department", "text", "department", dimension=True),
        draft("position", "text", own="岗位|职务|职位|Position|Job Title|Title|Role"),
        draft("manager", "text", own="直接上级|上级|直属主管|汇报对象|Manager|Supervisor|Reports To"
              "|ReportsTo", personal=True),
        _active(),
        draft("remark", "text", "remark"),
    ),
    unit=("employee_code",),
    signature=("employee_code", "employee_name", "department", "position", "manager", "account"),
    names=words("员工|员工档案|职员|职员档案|人员|人员档案|花名册|employees|employee|staff|personnel|HR_Employee"
                "|Person"),
)  # fmt: skip
