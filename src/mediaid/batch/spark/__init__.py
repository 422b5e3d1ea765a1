"""A batch on a Spark cluster: the same kernel inside Spark's tasks, Parquet folders in and out."""
