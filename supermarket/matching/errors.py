"""What matches refuse."""

from supermarket.errors import StoreError


class MatchBusyError(StoreError):
    code = "match-busy"
    zh = "另一进程正在进行该批匹配（第 {run} 次），请稍候。"
    en = "Another process is working on match {run}: wait for it."


class MatchGoneError(StoreError):
    code = "match-gone"
    zh = "第 {run} 次匹配已放弃，另一日的匹配已开始。"
    en = "Match {run} was given up: one of another day was started."
