"""Where the revenue comes from: an answer in Parquet, taken further with Polars.

clientlens clients --limit 0 -o clients.parquet
python revenue_by_town.py clients.parquet
"""

import sys

import polars as pl

if len(sys.argv) != 2:
    print("usage: python revenue_by_town.py clients.parquet", file=sys.stderr)
    sys.exit(2)

clients = pl.read_parquet(sys.argv[1])
towns = (
    clients.filter(pl.col("completed_orders") > 0)
    .group_by("country", "city", "currency")
    .agg(pl.len().alias("clients"), pl.col("total_spend").sum())
    .sort("total_spend", "city", descending=[True, False])
)
with pl.Config(tbl_rows=15, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
    print(towns.head(15))
