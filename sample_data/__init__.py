"""The sample company: a small Chinese manufacturer, simulated by a seed and written as the exports departments make."""

from datetime import UTC

from cockpit.service.sample import Sample
from sample_data.company import LEDGER, NOW, TIMEZONE, write_sample

SAMPLE = Sample(
    ledger=LEDGER,
    timezone=TIMEZONE,
    currency="CNY",
    month_start_day=1,
    now=NOW.astimezone(UTC).replace(tzinfo=None),
    write=write_sample,
)
