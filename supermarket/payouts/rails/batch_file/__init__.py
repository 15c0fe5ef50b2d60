"""The batch file of 批量代发: fixed columns in GB18030 out; return, 退票 and 对账 files in."""
