"""From a department's file to records: read, map the columns, check every cell, load by COPY."""
