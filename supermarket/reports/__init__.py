"""Reports as files: Excel and PDF, streamed, in the language asked for. Money is digits, to the fen, never a float.

- `sheets`, `paper`: writing a workbook, writing a PDF
- `run_report`, `run_files`: the report of a run, and its two files
- `models`, `making`: the reports of long runs, made by the worker
- `unpaid`: 应享未享
"""
