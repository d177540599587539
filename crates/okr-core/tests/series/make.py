#!/usr/bin/env python3
"""Computes what okr shall say about five series of real check-ins, with exact fractions.

Written from the formulas alone, apart from the program that it checks: progress, an even pace,
status, the Theil-Sen line, suggested scores. Prints table.txt: python3 make.py > table.txt

A line is: series, day, value and confidence of the check-in that counts, raw and clamped progress,
expected progress, status, the forecast for the last day of the cycle, the day on which the forecast
reaches the target, and the suggested score. Numbers have up to 18 decimals, rounded half to even.
"""

from datetime import date, timedelta
from fractions import Fraction
from statistics import median

CADENCE = 7
WINDOW = 42


def numbers(year, text):
    """Reads "04-02 66/5, 04-08 84": day, value, confidence."""
    rows = []
    for part in text.split(", "):
        day, rest = part.split(" ")
        value, _, confidence = rest.partition("/")
        month, day = day.split("-")
        confidence = int(confidence) if confidence else None
        rows.append((date(year, int(month), int(day)), value, confidence))
    return rows


def weekly(first, values, confidences):
    days = [first + timedelta(days=7 * number) for number in range(len(values))]
    return list(zip(days, values, confidences))


# The numbers of the demonstration data of puzzle/okr, without its texts.
SECOND = (date(2024, 4, 1), date(2024, 6, 30))
SERIES = {
    "linkedin": (SECOND, "14", "150", numbers(2024,
        "04-02 66/5, 04-08 84/8, 04-15 100/10, 04-22 125/10, 04-29 132, 05-06 136, 05-13 143, "
        "05-21 151, 05-27 153, 06-03 155, 06-17 157")),
    "revenue": (SECOND, "86609", "250000",
        weekly(date(2024, 4, 2), ["92424"] * 9, [6, 6, 6, 6, 6, 6, 4, 4, None])
        + numbers(2024, "06-03 96096/3, 06-10 96098/2, 06-17 96096/0")),
    "outlook": (SECOND, "800000", "1200000", numbers(2024,
        "04-08 464220/7, 04-17 673053/7, 04-23 766193/7, 04-29 771973/7, 05-07 831561/7, "
        "05-27 918773/7, 06-10 947829/2, 06-14 968405/1")),
    "capacity": ((date(2023, 7, 1), date(2023, 9, 30)), "2", "1", numbers(2023,
        "07-05 1.4, 07-31 1.4, 08-11 1.0, 08-24 1.5, 09-11 3.7, 09-18 4.3")),
    "posts": (SECOND, "0", "12",
        weekly(date(2024, 4, 2), [str(number) for number in range(11)], [None] * 11)
        + numbers(2024, "06-17 12")),
}


def decimal(number, places=18):
    """Writes a fraction with up to so many decimals, rounded half to even, without trailing zeros."""
    scaled = round(number * 10**places)  # Fractions are rounded half to even.
    sign, scaled = ("-", -scaled) if scaled < 0 else ("", scaled)
    whole, rest = divmod(scaled, 10**places)
    rest = str(rest).rjust(places, "0").rstrip("0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def expected(cycle, day):
    first, last = cycle
    if day <= first:
        return Fraction(0)
    if day > last:
        return Fraction(1)
    return Fraction((day - first).days, (last - first).days + 1)


def status(progress, pace, confidence, age):
    lag = pace - min(max(progress, Fraction(0)), Fraction(1))
    if age > 2 * CADENCE:
        return "stale"
    if confidence is not None:
        if confidence <= 3:
            return "off-track"
        if confidence <= 6 or lag > Fraction(20, 100):
            return "at-risk"
        return "on-track"
    if lag > Fraction(40, 100):
        return "off-track"
    return "at-risk" if lag > Fraction(20, 100) else "on-track"


def forecast(readings, day, end, target, upwards):
    """The value at the end, and the day on which the target is reached."""
    recent = [(on, value) for on, value in readings if 0 <= (day - on).days <= WINDOW]
    if len(recent) < 3:
        return "-", "-"
    first, last = recent[0][0], recent[-1][0]
    points = [((on - first).days, value) for on, value in recent]
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for place, earlier in enumerate(points)
        for later in points[place + 1:]
    ]
    slope = median(slopes)
    offset = median([value - slope * days for days, value in points])
    at_end = decimal(offset + slope * (end - first).days)
    ahead = 1 if upwards else -1
    day_of = last
    while ahead * (offset + slope * (day_of - first).days - target) < 0:
        if slope * ahead <= 0 or (day_of - last).days > 3660:
            return at_end, "-"
        day_of += timedelta(days=1)
    return at_end, str(day_of)


def main():
    print("# Made by make.py, which says what stands here.")
    for name, (cycle, baseline, target, rows) in SERIES.items():
        print(f"! {name} {cycle[0]} {cycle[1]} {baseline} {target}")
        baseline, target = Fraction(baseline), Fraction(target)
        for on, value, confidence in sorted(rows):
            print(f"+ {on} {value} {'-' if confidence is None else confidence}")
        rows = sorted(rows)
        for day in sorted({row[0] for row in rows} | {cycle[1]}):
            known = [row for row in rows if row[0] <= day]
            on, value, confidence = known[-1]
            raw = (Fraction(value) - baseline) / (target - baseline)
            clamped = min(max(raw, Fraction(0)), Fraction(1))
            pace = expected(cycle, day)
            readings = [(row[0], Fraction(row[1])) for row in known]
            at_end, reaches = forecast(readings, day, cycle[1], target, target > baseline)
            word = status(raw, pace, confidence, (day - on).days)
            score = decimal(Fraction(int(clamped * 100), 100))
            print(name, day, decimal(raw), decimal(clamped), decimal(pace), word, at_end, reaches, score)


main()
