"""Read a firm's log of purchases from a CSV file and refuse, in plain words, what cannot be calibrated on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.calibration.transactions import F64, TransactionLog
from sim.errors import DataError

_DATE = r"^\s*(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?$"


def read_log(
    path: str | Path,
    customer: str = "customer",
    date: str = "date",
    amount: str = "amount",
    calibration_weeks: int = 39,
) -> TransactionLog:
    """Read a comma-separated log with one row per purchase; purchases of a customer on one day become one.

    Args:
        path: the file; its first line names the columns, others than the three needed are ignored.
        customer: column of customer ids, kept as text.
        date: column of dates, YYYY-MM-DD or YYYYMMDD; a time of day behind it is ignored.
        amount: column of money spent, zero or more.
        calibration_weeks: window that the log has to cover, with at least one repeat purchase in it.

    Raises:
        DataError: names the file, the row (the header is row 1), the value, what is allowed and the mend.
    """
    file = Path(path)
    frame = _read(file)
    _check_columns(file, frame, (customer, date, amount))
    notes = _check_copies(file, frame, date)
    ids = _customers(file, frame, customer)
    days = _days(file, frame, date)
    money = _amounts(file, frame, amount)
    log = _merged(file, ids, days, money, calibration_weeks, notes)
    log.summary(calibration_weeks)  # refuses here what would fail later: too short a log, nobody who bought twice
    return log


def _read(file: Path) -> pd.DataFrame:
    mend = "Give a comma-separated text file whose first line names the columns."
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, skip_blank_lines=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{file}: there is no such file. Check the path of the log (here: {Path.cwd()}).") from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{file}: the file is empty. {mend}") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: not readable as a table: {str(error).strip()}. {mend}") from None
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror or error}. Name a file you may read.") from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise DataError(f"{file}: rows have more fields than the header ({', '.join(frame.columns)}). {mend}")
    frame = frame.fillna("")
    frame.index = frame.index + 2  # rows are counted as an editor counts lines
    return frame[(frame != "").any(axis=1)]


def _check_columns(file: Path, frame: pd.DataFrame, wanted: tuple[str, ...]) -> None:
    found = ", ".join(f"'{name}'" for name in frame.columns)
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        raise DataError(
            f"{file}: no column {names}; the file has {found}. "
            f"Name your columns (data.customer=, data.date=, data.amount=) or separate the fields by commas."
        )
    doubled = [name for name in wanted if f"{name}.1" in frame.columns]
    if doubled:
        raise DataError(f"{file}: more than one column is called '{doubled[0]}': rename or remove all but one.")
    if len(set(wanted)) < len(wanted):
        raise DataError(f"{file}: customer, date and amount must be three columns, got {wanted}; the file has {found}.")
    if frame.empty:
        raise DataError(f"{file}: the log is empty: a header and no purchases. Bring a log with one row per purchase.")


def _check_copies(file: Path, frame: pd.DataFrame, date: str) -> tuple[str, ...]:
    """Some equal rows are two purchases on one day (CDNOW has 21); most rows twice is a file glued to itself."""
    headers = frame.index[frame[date] == date]
    if len(headers):
        raise DataError(
            f"{file}, row {headers[0]}: the header again. The file seems to be several files in one: keep one header "
            f"and each purchase once."
        )
    twins = int(frame.duplicated(keep=False).sum())
    if 2 * twins > len(frame):
        raise DataError(
            f"{file}: {twins} of {len(frame)} rows have an exact duplicate; at most half may. The file seems to be "
            f"concatenated twice: keep each purchase once, or add the column that tells equal purchases apart."
        )
    copies = int(frame.duplicated().sum())
    if not copies:
        return ()
    return (f"{copies} of {len(frame)} rows repeat an earlier row exactly; taken as further purchases on the same day",)


def _customers(file: Path, frame: pd.DataFrame, column: str) -> pd.Series[str]:
    ids = frame[column].str.strip()
    _refuse(file, ids, ids == "", column, "is no customer id", "Fill it in or remove the row.")
    if ids.nunique() == 1:
        raise DataError(
            f"{file}: all {len(ids)} rows belong to one customer ('{ids.iloc[0]}'); differences between customers need "
            f"two or more, in practice hundreds. Check that column '{column}' identifies customers."
        )
    return ids


def _days(file: Path, frame: pd.DataFrame, column: str) -> pd.Series[pd.Timestamp]:
    parts = frame[column].str.extract(_DATE)
    days = pd.to_datetime(parts[0] + "-" + parts[1] + "-" + parts[2], format="%Y-%m-%d", errors="coerce")
    _refuse(
        file, frame[column], days.isna(), column, "is not a date", "Write dates as YYYY-MM-DD, for example 1997-01-31."
    )
    return days


def _amounts(file: Path, frame: pd.DataFrame, column: str) -> pd.Series[float]:
    text = frame[column]
    money = pd.to_numeric(text, errors="coerce").astype(np.float64)
    _refuse(
        file,
        text,
        money.isna() | money.abs().eq(np.inf),
        column,
        "is not an amount of money",
        "Write plain numbers of zero or more with a decimal point, for example 14.96.",
    )
    _refuse(
        file,
        text,
        money < 0,
        column,
        "is negative; amounts are zero or more",
        "Remove refunds and cancellations together with the purchases they undo.",
    )
    return money


def _refuse(file: Path, values: pd.Series[str], bad: pd.Series[bool], column: str, wrong: str, mend: str) -> None:
    rows = values.index[bad]
    if len(rows):
        others = f" ({len(rows) - 1} more rows like it)" if len(rows) > 1 else ""
        raise DataError(f"{file}, row {rows[0]}, column '{column}': '{values[rows[0]]}' {wrong}{others}. {mend}")


def _merged(
    file: Path,
    ids: pd.Series[str],
    days: pd.Series[pd.Timestamp],
    money: pd.Series[float],
    calibration_weeks: int,
    notes: tuple[str, ...],
) -> TransactionLog:
    customers, customer = np.unique(ids.to_numpy(dtype=np.str_), return_inverse=True)
    first = days.min()
    day = (days - first).dt.days.to_numpy(dtype=np.int64)
    span = int(day.max()) + 1
    purchases, at = np.unique(customer * span + day, return_inverse=True)
    amount: F64 = np.bincount(at, money.to_numpy(dtype=np.float64))
    if merged := len(ids) - len(purchases):
        notes = (*notes, f"{merged} of {len(ids)} rows merged into another purchase of the same customer and day")
    if zero := int((amount == 0).sum()):
        notes = (*notes, f"{zero} of {len(purchases)} purchases have amount 0")
    return TransactionLog(
        source=str(file),
        customers=customers,
        customer=(purchases // span).astype(np.intp),
        day=purchases % span,
        amount=amount,
        first_day=first.date(),
        calibration_weeks=calibration_weeks,
        notes=notes,
    )
