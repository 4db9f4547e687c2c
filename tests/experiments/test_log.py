"""What a log says is counted as published; what cannot be used is refused with a message that says the mend."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from experiments.calibration import read_log
from sim.errors import DataError
from tests.experiments import cdnow

GOOD = """customer,date,amount
b,2024-01-01,10.0
a,2024-01-03,5.0
b,2024-01-09,4.0
b,2024-01-09,2.0
b,2024-01-20,8.0
a,2024-01-31,7.5
c,2024-01-30,1.0
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "log.csv"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(folder: Path, text: str, weeks: int = 2, **columns: str) -> str:
    with pytest.raises(DataError) as caught:
        read_log(written(folder, text), calibration_weeks=weeks, **columns)
    message = str(caught.value)
    assert "log.csv" in message
    return message


def test_shipped_file_is_the_one_its_readme_describes():
    digest = hashlib.sha256(cdnow.SAMPLE.read_bytes()).hexdigest()
    assert digest in (cdnow.SAMPLE.parent / "README.md").read_text(encoding="utf-8")


def test_counts_of_a_small_log(tmp_path: Path):
    summary = read_log(written(tmp_path, GOOD), calibration_weeks=3).summary(3)
    assert summary.customer.tolist() == ["a", "b"]  # c comes after the window
    assert summary.start.tolist() == [2 / 7, 0.0]
    assert summary.frequency.tolist() == [0, 2]  # two purchases of b on one day are one
    assert summary.recency.tolist() == [0.0, 19 / 7]
    assert summary.observed.tolist() == [18 / 7, 20 / 7]  # three weeks are the days 0 to 20
    assert summary.mean_repeat_spend.tolist() == [0.0, 7.0]
    assert summary.first_spend.tolist() == [5.0, 10.0]
    assert summary.total_spend.tolist() == [5.0, 24.0]
    np.testing.assert_allclose(summary.clock_start, [3 / 7, 1 / 7], rtol=1e-12)


def test_holdout_and_cumulative_repeats_of_a_small_log(tmp_path: Path):
    log = read_log(written(tmp_path, GOOD), calibration_weeks=3)
    assert log.holdout(3).tolist() == [1, 0]
    assert log.holdout(2).tolist() == [1, 1]
    assert log.weeks == 4
    assert log.cumulative_repeats().tolist() == [0, 1, 2, 2]  # the repeat of day 30 lies in the unfinished fifth week


def test_last_day_of_the_window_counts_and_the_next_does_not(tmp_path: Path):
    text = "customer,date,amount\na,2024-01-01,1\na,2024-01-14,1\nb,2024-01-02,1\nb,2024-01-15,1\n"
    log = read_log(written(tmp_path, text), calibration_weeks=2)
    assert log.summary(2).frequency.tolist() == [1, 0]
    assert log.holdout(2).tolist() == [0, 1]


def test_repeat_purchases_for_nothing_have_a_mean_of_exactly_nothing(tmp_path: Path):
    text = "customer,date,amount\na,2024-01-01,0.1\na,2024-01-05,0\na,2024-01-09,0.0\nb,2024-01-02,1\nb,2024-01-16,2\n"
    log = read_log(written(tmp_path, text), calibration_weeks=2)
    assert log.summary().mean_repeat_spend[0] == 0.0
    assert any("2 of 5 purchases have amount 0" in note for note in log.notes)


def test_cdnow_reproduces_the_published_counts():
    log, summary = cdnow.log(), cdnow.summary()
    assert (len(summary), log.weeks, log.first_day.isoformat()) == (2_357, 78, "1997-01-01")
    assert log.cumulative_repeats()[[38, 77]].tolist() == [2_457, 4_339]  # Fader, Hardie & Lee 2005
    assert round(float((summary.frequency == 0).mean()), 3) == 0.599
    assert (summary.frequency > 0).sum() == 946
    np.testing.assert_allclose(summary.observed.max(), 38.857, atol=5e-4)
    bins = np.minimum(summary.frequency, 7)
    means = [round(float(log.holdout()[bins == at].mean()), 2) for at in range(8)]
    assert means == [0.24, 0.70, 1.39, 1.56, 2.53, 2.95, 3.86, 6.36]  # Fader, Hardie & Lee 2005


def test_cdnow_keeps_its_equal_rows_and_says_so():
    notes = cdnow.log().notes
    assert any(note.startswith("21 of 6919 rows repeat an earlier row") for note in notes)
    assert any(note.startswith("223 of 6919 rows merged") for note in notes)


def test_summary_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        cdnow.summary().frequency[0] = 3
    with pytest.raises(ValueError, match="read-only"):
        cdnow.log().amount[0] = 3.0


@pytest.mark.parametrize("style", ["20240131", "2024-01-31 23:59:59", "2024-01-31T08:00:00Z", " 2024-01-31"])
def test_dates_are_read_in_iso_styles(tmp_path: Path, style: str):
    log = read_log(written(tmp_path, GOOD.replace("2024-01-31", style)), calibration_weeks=3)
    assert log.day.max() == 30


def test_own_column_names_blank_lines_and_further_columns(tmp_path: Path):
    text = "who,when,shop,paid\nx,2024-01-01,1,2\n\nx,2024-01-09,2,3\ny,2024-01-02,1,4\ny,2024-01-15,1,4\n\n"
    log = read_log(written(tmp_path, text), customer="who", date="when", amount="paid", calibration_weeks=2)
    assert log.summary().frequency.tolist() == [1, 0]


def test_missing_file(tmp_path: Path):
    with pytest.raises(DataError, match=r"nowhere\.csv: there is no such file\. Check the path"):
        read_log(tmp_path / "nowhere.csv")


def test_folder_instead_of_a_file(tmp_path: Path):
    with pytest.raises(DataError, match=r"cannot be read: .*Name a file"):
        read_log(tmp_path)


def test_file_that_is_no_text(tmp_path: Path):
    (tmp_path / "log.csv").write_bytes(b"\xff\xfe\x00\x81PNG,\x9d\n")
    with pytest.raises(DataError, match=r"log\.csv: not readable as a table.*comma-separated"):
        read_log(tmp_path / "log.csv")


def test_empty_file(tmp_path: Path):
    assert "the file is empty. Give a comma-separated" in refusal(tmp_path, "")


@pytest.mark.parametrize("text", ["customer,date,amount\n", "customer,date,amount", "customer,date,amount\n\n\n"])
def test_empty_log(tmp_path: Path, text: str):
    assert "the log is empty: a header and no purchases. Bring a log" in refusal(tmp_path, text)


def test_rows_longer_than_the_header(tmp_path: Path):
    assert "more fields than the header" in refusal(tmp_path, "customer,date,amount\na,2024-01-01,1,9\n")
    assert "not readable as a table" in refusal(tmp_path, GOOD + "a,2024-02-01,1,50\n")


def test_one_customer(tmp_path: Path):
    message = refusal(tmp_path, "customer,date,amount\na,2024-01-01,1\na,2024-01-09,2\na,2024-01-20,2\n")
    assert "all 3 rows belong to one customer ('a')" in message
    assert "Check that column 'customer'" in message


def test_customer_without_an_id(tmp_path: Path):
    message = refusal(tmp_path, GOOD + " ,2024-02-01,3\n")
    assert "row 9, column 'customer'" in message
    assert "Fill it in" in message


@pytest.mark.parametrize("value", ["31/01/2024", "2024-02-30", "soon", "", "1997", "2024-1-5"])
def test_date_that_does_not_parse(tmp_path: Path, value: str):
    message = refusal(tmp_path, GOOD.replace("2024-01-20", value))
    assert f"row 6, column 'date': '{value}' is not a date." in message
    assert "YYYY-MM-DD" in message


def test_many_bad_dates_name_the_first_and_count_the_rest(tmp_path: Path):
    message = refusal(tmp_path, GOOD.replace("2024-", "24-"))
    assert "row 2, column 'date': '24-01-01' is not a date (6 more rows like it)" in message


@pytest.mark.parametrize("value", ["", "nan", "free", "inf", "$8.00", "-inf"])
def test_amount_that_is_no_number(tmp_path: Path, value: str):
    message = refusal(tmp_path, GOOD.replace("8.0", value))
    assert f"row 6, column 'amount': '{value}' is not an amount of money." in message
    assert "14.96" in message


def test_negative_amount(tmp_path: Path):
    message = refusal(tmp_path, GOOD.replace("8.0", "-8.0"))
    assert "row 6, column 'amount': '-8.0' is negative; amounts are zero or more." in message
    assert "Remove refunds" in message


def test_unknown_column_lists_those_found(tmp_path: Path):
    message = refusal(tmp_path, GOOD.replace("customer,", "client,"))
    assert "no column 'customer'; the file has 'client', 'date', 'amount'." in message
    assert "no column 'customer', 'date', 'amount'" in refusal(tmp_path, GOOD.replace(",", ";"))


def test_one_column_for_two_meanings(tmp_path: Path):
    assert "three columns" in refusal(tmp_path, GOOD, customer="date")


def test_rows_that_are_nearly_all_duplicates(tmp_path: Path):
    body = GOOD.split("\n", 1)[1]
    message = refusal(tmp_path, GOOD + body)
    assert "14 of 14 rows have an exact duplicate" in message
    assert "concatenated twice: keep each purchase once" in message


def test_header_in_the_middle(tmp_path: Path):
    assert "row 9: the header again" in refusal(tmp_path, GOOD + GOOD)


def test_some_duplicates_are_kept_as_purchases_of_that_day(tmp_path: Path):
    log = read_log(written(tmp_path, GOOD + "b,2024-01-20,8.0\n"), calibration_weeks=3)
    assert log.summary().total_spend[1] == 32.0
    assert log.notes[0].startswith("1 of 8 rows repeat an earlier row exactly")


def test_log_shorter_than_the_window(tmp_path: Path):
    message = refusal(tmp_path, GOOD, weeks=39)
    assert "covers 31 days (4.4 weeks, from 2024-01-01), shorter than the calibration window of 39 weeks" in message
    assert "Set population.calibration_weeks to 4 or less" in message


def test_log_one_day_shorter_than_the_window(tmp_path: Path):
    text = "customer,date,amount\na,2024-01-01,1\na,2024-01-13,1\nb,2024-01-02,1\n"
    assert "covers 13 days (1.9 weeks" in refusal(tmp_path, text, weeks=2)
    read_log(written(tmp_path, text.replace("01-13", "01-14")), calibration_weeks=2)


def test_window_of_no_weeks(tmp_path: Path):
    assert "Use 1 week or more" in refusal(tmp_path, GOOD, weeks=0)


def test_no_repeat_purchases(tmp_path: Path):
    text = "customer,date,amount\na,2024-01-01,1\na,2024-01-01,3\nb,2024-01-02,1\nc,2024-01-20,1\n"
    message = refusal(tmp_path, text)
    assert "no repeat purchases: none of 2 customers bought on a second day within 2 weeks" in message
    assert "Use a longer window" in message


def test_holdout_of_a_log_that_ends_with_the_window(tmp_path: Path):
    text = "customer,date,amount\na,2024-01-01,1\na,2024-01-14,1\nb,2024-01-02,1\n"
    with pytest.raises(DataError, match=r"nothing was bought after week 2, the log covers 2 weeks"):
        read_log(written(tmp_path, text), calibration_weeks=2).holdout()
