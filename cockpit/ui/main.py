"""The script behind every page: language, filters and navigation first, then the page that was asked for."""

from __future__ import annotations

from cockpit.ui import basis, context, door, help, navigate, shell, sitemap, tour

shell.set_up()
door.enter()
frame = context.frame()
page = shell.navigation(frame.language)
navigate.write(frame.filters)
shell.brand(frame.language)
shell.language_switch(frame.language)
shell.signed_in(frame.language, frame.ledger)
if frame.ledger is not None and frame.ledger.sample:
    shell.sample_banner(frame.language)
shell.eyes_banner(frame.language)
tour.panel(frame, page.url_path or sitemap.DEFAULT)
help.show(frame)
page.run()
basis.explain(frame.cockpit, frame.language)
door.watch()
