"""The hand-made features of the fraud detection handbook, computed as its authors do: pandas' rolling windows by position.

Arguments: the file of payments, the file to write. One line per payment, in the order of time and position:
customer's count and mean amount over 1, 7 and 30 days; terminal's count and risk over 1, 7 and 30 days, delayed by 7.
"""

import sys

import pandas as pd

DELAY = 7
WINDOWS = (1, 7, 30)


def of_customer(payments):
    for days in WINDOWS:
        window = payments["TX_AMOUNT"].rolling(f"{days}d")
        payments[f"customer_count_{days}"] = window.count()
        payments[f"customer_mean_{days}"] = window.sum() / window.count()
    return payments


def of_terminal(payments):
    frauds = payments["TX_FRAUD"]
    frauds_of_delay = frauds.rolling(f"{DELAY}d").sum()
    count_of_delay = frauds.rolling(f"{DELAY}d").count()
    for days in WINDOWS:
        window = frauds.rolling(f"{DELAY + days}d")
        count = window.count() - count_of_delay
        payments[f"terminal_count_{days}"] = count
        payments[f"terminal_risk_{days}"] = ((window.sum() - frauds_of_delay) / count).fillna(0)
    return payments


def rolled(payments, entity, features):
    parts = [features(part.copy()) for _, part in payments.groupby(entity)]
    return pd.concat(parts)


payments = pd.read_csv(
    sys.argv[1],
    usecols=["TRANSACTION_ID", "TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT", "TX_FRAUD"],
    parse_dates=["TX_DATETIME"],
)
payments["TX_AMOUNT"] = payments["TX_AMOUNT"].round(2)
payments = payments.sort_values("TX_DATETIME", kind="stable")
payments["position"] = range(len(payments))
payments = payments.set_index("TX_DATETIME")
payments = rolled(payments, "CUSTOMER_ID", of_customer).sort_values("position")
payments = rolled(payments, "TERMINAL_ID", of_terminal).sort_values("position")
columns = ["TRANSACTION_ID"]
columns += [f"customer_{kind}_{days}" for days in WINDOWS for kind in ("count", "mean")]
columns += [f"terminal_{kind}_{days}" for days in WINDOWS for kind in ("count", "risk")]
payments[columns].to_csv(sys.argv[2], index=False, float_format="%.17g")
