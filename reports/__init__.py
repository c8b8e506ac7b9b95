"""Reports: results in; an HTML page, CSVs, Markdown, JSON, JUnit and a gate's verdict out.

Reading order: ``evidence`` (what goes in), ``rounding`` and ``compare`` (numbers to figures), ``sections`` (one
part of the page each), ``view`` (all of it as plain data), then ``html``, ``csvs``, ``markdown``, ``summary``
(views to files), ``write`` (all of them in one call) and ``gate`` with ``junit``.
"""
