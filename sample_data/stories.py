"""What is planted in the sample company: which story happens where, from when to when, and how strongly.

`sample_data.truth` works out from the simulated documents how large each story became; STORIES.md tells them in words.
"""

from __future__ import annotations

from datetime import date, datetime

from sample_data.catalogue import DEALERS, PRODUCTION, RESEARCH, SOUTH

FIRST = date(2024, 10, 1)
LAST = date(2026, 11, 20)
AFTER_LAST = date(2026, 11, 21)
NOW = datetime(2026, 11, 20, 18, 0)

# Everybody rests at Spring Festival: business pauses, then starts again slowly.
FESTIVALS = (date(2025, 1, 29), date(2026, 2, 17))

# A node where everything is agreed to within seconds.
STAMP_NODE = "合规备案"

# One manager takes many times as long as before.
SLOW_APPROVER = "叶知秋"
SLOW_DEPARTMENT = RESEARCH
SLOW_FROM = date(2026, 8, 3)
SLOW_FACTOR = 18.0

# One department's requests come back again and again.
REWORK_DEPARTMENT = DEALERS
REWORK_FROM = date(2026, 5, 6)
REWORK_SHARE = 0.34

# The pilot of a leaner way of approving.
PILOT_DEPARTMENT = PRODUCTION
PILOT_FROM = date(2026, 6, 1)
PILOT_FACTOR = 0.66

# Packaging and spare parts nobody takes any more after a redesign, bought on for some weeks.
DEAD_WAREHOUSE = SOUTH
REDESIGNED = date(2026, 3, 20)
STOPPED_BUYING = date(2026, 4, 24)
DEAD_MATERIALS = (
    *(f"B31{place:03d}" for place in range(4, 51, 6)),
    *(f"B32{place:03d}" for place in range(3, 51, 6)),
)

# A bad lot of magnets: no servo motors of these types anywhere for six weeks.
STOCK_OUT_CATEGORY = "伺服电机"
STOCK_OUT_MATERIALS = tuple(f"P12{place:03d}" for place in range(2, 51, 4))
STOCK_OUT_FROM = date(2026, 9, 1)
STOCK_OUT_TO = date(2026, 10, 12)  # made again on this day
STOCK_OUT_TO_ELSEWHERE = date(2026, 10, 14)  # and two days later in the other warehouses

# Issues booked under the wrong material code.
NEGATIVE_WAREHOUSE = SOUTH
NEGATIVE_FROM = date(2026, 10, 19)
NEGATIVE_COUNT = 9

# One region raised its prices; its customers buy as much as before.
PRICE_REGION = "华中"
PRICE_FROM = date(2026, 7, 1)
PRICE_RISE = 0.12

# A lot of gear reducers that customers send back.
RETURNED_MATERIAL = "P15018"
RETURNED_FROM = date(2026, 8, 17)
RETURNED_TO = date(2026, 10, 17)
RETURNED_SHARE = 0.38  # of the lines sold in this time

# Money: one customer stops paying, one pays less than invoiced, invoices of one supplier are paid twice in place of
# the next one.
MISSING_CUSTOMER = "001014"
MISSING_FROM = date(2026, 7, 20)
SHORT_CUSTOMER = "001099"
SHORT_FROM = date(2026, 7, 20)
SHORT_PAID = 0.85
TWICE_SUPPLIER = "V0114"
TWICE_FROM = date(2026, 8, 24)
TWICE_TO = date(2026, 10, 24)

# The western warehouse sent its last monthly summary for August.
SILENT_LAST_MONTH = date(2026, 8, 1)
SILENT_FROM = date(2026, 10, 1)
