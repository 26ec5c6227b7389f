"""Kinds of stock movement, with the Chinese document types and SAP movement types that mean them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cockpit.model.columns import words

# A return is a movement of its own kind, not a negative one: return_in comes back from a customer or from production
# (and takes from consumption), return_out goes back to a supplier.
_KINDS = {
    "purchase": "采购入库|采购入库单|采购|外购入库|外购入库单|外购入库(采购入库)|采购收货|收料入库|标准采购入库|进货"
    "|进货单|采购进货|收货|到货入库|purchase|purchase receipt|goods receipt|receipt|PO receipt|101|105|121|01"
    "|RdRecord01|STK_InStock",
    "sale": "销售出库|销售出库单|销售|销售发货|发货|发货单|零售|零售出库|销货|销货单|标准销售出库|sale|sales"
    "|sales issue|delivery|delivery note|goods issue for delivery|shipment|601|251|231|32|RdRecord32|SAL_OUTSTOCK",
    "production_issue": "生产领料|生产领料单|领料|领料单|领料出库|材料出库|材料出库单|生产用料|委外领料|委外出库"
    "|生产投料|简单生产领料|production issue|material issue|issue for production|261|543|11|RdRecord11|PRD_PickMtrl",
    "production_receipt": "产成品入库|产成品入库单|产品入库|产品入库单|生产入库|生产入库单|完工入库|成品入库"
    "|半成品入库|委外入库|委外加工入库|简单生产入库|production receipt|finished goods receipt|GR from production|131"
    "|10|RdRecord10|PRD_INSTOCK",
    "transfer_in": "调拨入库|调拨入库单|调入|调入单|移库入库|转入|分步式调入单|transfer in|transfer receipt|305|315|345"
    "|STK_TransferIn",
    "transfer_out": "调拨出库|调拨出库单|调出|调出单|移库出库|转出|分步式调出单|transfer out|transfer issue|303|313|343"
    "|STK_TransferOut",
    "return_in": "销售退货|销售退货单|销售退货入库|客户退货|客户退货入库|退货入库|退货|退库|生产退料|生产退料单|退料"
    "|退料单|退料入库|销退|sales return|customer return|return from customer|production return|602|651|653|657|262|252"
    "|232|544",
    "return_out": "采购退货|采购退货单|采购退料|采购退料单|采购退货出库|退货出库|供应商退货|采退|红字采购入库"
    "|purchase return|return to supplier|return to vendor|supplier return|102|106|122|123|124|161|162|PUR_MRB",
    "count": "盘点|盘盈|盘亏|盘盈入库|盘亏出库|盘盈单|盘亏单|盘盈入库单|盘亏出库单|盘点单|库存盘点|盘点调整|盘点入库"
    "|盘点出库|count|stock count|inventory count|physical inventory|inventory adjustment|stock take|701|702|703|704"
    "|707|708|STK_StockCountGain|STK_StockCountLoss|inventory",
    "scrap": "报废|报废单|报废出库|报废出库单|报损|报损单|损耗|损耗出库|scrap|scrapping|scrapped|write-off|551|552|553"
    "|555",
    "other": "其他|其它|其他入库|其他出库|其它入库|其它出库|其他入库单|其他出库单|其它入库单|其它出库单|其他业务|组装"
    "|拆卸|组装拆卸|形态转换|期初|期初结存|期初入库|成本调整|成本调整单|入库调整|出库调整|样品|样品出库|领用|部门领用"
    "|赠品|赠送|赠品出库|借出|归还|other|other receipt|other issue|other in|other out|miscellaneous|adjustment|initial"
    "|opening|201|202|221|222|241|501|502|561|562|100|RdRecord08|RdRecord09|08|09|STK_MISCELLANEOUS|STK_MisDelivery",
}
MOVEMENT_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType({kind: words(text) for kind, text in _KINDS.items()})

# One row that takes from one warehouse and gives to another; its sign says which end it is (out when negative).
TRANSFER_WORDS: tuple[str, ...] = words(
    "调拨|调拨单|直接调拨单|直接调拨|库存调拨|移库|移库单|转库|仓库调拨|transfer|stock transfer|internal transfer|301"
    "|302|309|311|312|STK_TransferDirect|41"
)
