"""Files of claims larger than memory: split by holder, settled part by part, put together again."""
