"""How the tables of this experiment are written."""

import csv


def write(path, rows):
    """A table as CSV, with four digits."""
    rows = list(rows)
    with open(path, "w", newline="") as file:
        table = csv.DictWriter(file, rows[0], lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow({k: f"{v:.4g}" if isinstance(v, float) else v for k, v in row.items()})
