"""What can be wrong with a delivery, each with a sentence in Chinese and English that says what to do."""

from collections.abc import Mapping

from enterprises.errors import Problem

# code: (zh, en); {…} are filled by `problem`.
TEXTS: Mapping[str, tuple[str, str]] = {
    # cells
    "not_an_integer": ("应为整数，例如 27", "must be a whole number, for example 27"),
    "not_a_number": (
        "应为数字，最多 6 位小数，例如 0.055",
        "must be a number with at most 6 decimals, for example 0.055",
    ),
    "not_money": ("应为以元计的金额，最多 2 位小数", "must be an amount in yuan with at most 2 decimals"),
    "not_a_date": ("应为日期，例如 2023-06-15", "must be a date, for example 2023-06-15"),
    "implausible_date": (
        "日期不在 1910 年至 2099 年之间，多半是占位值；不知道就留空",
        "is not between 1910 and 2099 and most likely stands for nothing; leave unknown dates empty",
    ),
    "not_a_boolean": ("应为“是”或“否”", "must be 是 or 否 (yes or no)"),
    "unknown_code": ("不在代码表中；可用：{expected}", "is not in the list of codes; known: {expected}"),
    "not_a_tag": ("名单代码只能含字母、数字、“-”“_”“.”", "tags consist of letters, digits, -, _ and ."),
    "below_minimum": ("小于 {minimum}", "is below {minimum}"),
    "formula": (
        "像是公式（以 =、+、@ 开头）；请改为数值再交",
        "looks like a formula (begins with =, + or @); hand in its value",
    ),
    "error_cell": ("单元格是 Excel 错误值；请改正后再交", "is an error of the spreadsheet; mend it and deliver again"),
    "control_character": ("含有不可见的控制字符", "holds invisible control characters"),
    "too_long": ("超过 {limit} 个字符", "is longer than {limit} characters"),
    # rows
    "columns": ("应有 {expected} 列，实有 {actual} 列", "must have {expected} columns, has {actual}"),
    "not_an_object": ("不是一个 JSON 对象（键不得重复、不得嵌套）", "is no flat JSON object with each key once"),
    "no_key": ("没有 {column}", "has no {column}"),
    "malformed_code": (
        "不是统一社会信用代码（18 位，不含 I、O、S、V、Z）",
        "is no unified social credit code (18 characters without I, O, S, V, Z)",
    ),
    "malformed_identity": (
        "不是公民身份号码（18 位，校验位须正确）",
        "is no identity number (18 digits with a right check digit)",
    ),
    "unknown_beneficiary": (
        "主体尚未登记；请先交换登记数据，再重交本行",
        "is not registered here; deliver the register first, then this row again",
    ),
    "duplicate_key": (
        "同一主键在第 {rows} 行重复出现，无法判断以哪一行为准",
        "appears more than once (rows {rows}): which one holds cannot be told",
    ),
    "ambiguous_name": (
        "有多个主体叫这个名称；请注明信用代码",
        "several enterprises bear this name; give the credit code",
    ),
    "no_name": ("新主体没有名称", "a new beneficiary needs a name"),
    "no_item_key": ("没有 {column}，无法区分各条目", "has no {column}, which tells the items apart"),
    # files
    "unknown_source": ("没有数据源 {source}", "there is no source {source}"),
    "compiled_source": (
        "数据源 {source} 由本系统汇编：请按名单逐个导入",
        "the source {source} is put together here: import its lists one by one",
    ),
    "too_large": (
        "文件 {size_mb} MB，超过上限 {limit_mb} MB；请分批交换",
        "the file has {size_mb} MB, more than the limit of {limit_mb} MB; hand it over in parts",
    ),
    "too_many_cells": (
        "表格延伸到 {cell}，超过 {limit} 个单元格；请删除远处的单元格，或改交 CSV",
        "the sheet reaches {cell}, more than {limit} cells; delete what stands far off, or hand in CSV",
    ),
    "no_header": (
        "第一行不是列名（超过 {limit} 字节仍未换行）；请检查文件是否为 CSV",
        "the first line is no header (no line end within {limit} bytes); see whether the file is CSV at all",
    ),
    "gave_up": (
        "读取文件 {attempts} 次均未完成；请检查文件，另存后重交",
        "reading the file was begun {attempts} times and never came to its end; save it anew and deliver again",
    ),
    "empty": (
        "文件没有数据行；只有列名的文件仅在“全量名单”数据源中有意义（表示名单上无人）",
        "the file has no rows; only of a source that names everybody may it be empty (nobody stands on the list)",
    ),
    "encoding": (
        "文件不是 UTF-8，看来是 {encoding}；请另存为 UTF-8，或为数据源声明 encoding: gb18030",
        "the file is not UTF-8 but seems {encoding}; save it as UTF-8, or declare encoding: gb18030 for the source",
    ),
    "encoding_unknown": ("文件不是文本，也不是 UTF-8 或 GB 18030", "the file is no text in UTF-8 or GB 18030"),
    "unreadable": ("文件无法读取：{reason}", "the file cannot be read: {reason}"),
    "format": ("不支持的格式 {suffix}；可用：{expected}", "the format {suffix} is not supported; use {expected}"),
    "no_key_column": (
        "缺少主键列“{column}”；文件的列：{columns}",
        "the key column {column} is missing; the file has: {columns}",
    ),
    "drop_name": (
        "文件名“{name}”应为 数据日期[-supplement] 加 {expected}，例如 2023-05-31.csv",
        "the file name {name} must be the date[-supplement] and one of {expected}, for example 2023-05-31.csv",
    ),
    "no_name_column": ("缺少名称列“{column}”", "the column of names, {column}, is missing"),
    "being_loaded": ("这批数据正在入库，请稍候", "this delivery is being loaded; wait for it"),
    "stopped": ("入库已被人工停止；未生效", "the load was stopped by hand; nothing of it counts"),
    "repeated_column": ("列名“{column}”重复", "the column {column} appears more than once"),
    "no_fact_column": (
        "没有一列属于本数据源；应有：{expected}",
        "none of the columns belongs to the source; expected: {expected}",
    ),
    "mostly_wrong": (
        "{total} 行中有 {rejected} 行有误，超过一半，多半是列错位；整批未入库",
        "{rejected} of {total} rows are wrong, more than half: most likely shifted columns; nothing went in",
    ),
    "far_fewer": (
        "{as_of} 的上一批有 {before} 行，这一批只有 {now} 行；名单之外即视为“否”，如确属减少，请勾选“接受减少”后重交",
        "the last delivery ({as_of}) had {before} rows, this one {now}; whoever is missing counts as not on the list: "
        "deliver again and accept fewer rows if that is right",
    ),
    "in_the_future": ("数据日期 {as_of} 在今天之后", "the date {as_of} is in the future"),
    # remarks on a delivery that went in
    "ignored_columns": ("未登记的列已忽略：{columns}", "columns that nobody declared were ignored: {columns}"),
    "missing_columns": (
        "文件缺少的列（视为未知）：{columns}",
        "columns that the file lacks (taken as unknown): {columns}",
    ),
    "check_character": (
        "{count} 个信用代码校验位不符（已入库，请核对），例如 {example}",
        "{count} credit codes have a wrong check character (taken, to be verified), for example {example}",
    ),
}


def problem(code: str, *, column: str = "", value: str = "", **words: object) -> Problem:
    """The problem `code`; `value` is what the cell said, cut to 80 characters."""
    zh, en = TEXTS[code]
    words.setdefault("column", column)
    return Problem(code, zh.format(**words), en.format(**words), column, value[:80])
