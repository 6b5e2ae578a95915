"""What text stands for, and what is said about text that stands for nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_everest.model.values import scalars

CHECKS: list[Callable[[str], str | None]] = [
    scalars.check_quantity,
    scalars.check_cron,
    scalars.check_duration,
    scalars.check_cidr,
    scalars.check_dns_label,
    scalars.check_dns_subdomain,
    scalars.check_image,
    scalars.check_url,
    scalars.check_time,
    scalars.check_version,
]

GOOD: dict[Callable[[str], str | None], list[str]] = {
    scalars.check_quantity: [
        "1", "0.5", ".5", "1.", "500m", "10Gi", "10G", "1.5Ti", "+1", "1e3", "1E3", "2E", "1e-3", "100n", "7u", "3k",
        "4Ei", "0.1", "12Ki", "1Pi", "1P",
    ],
    scalars.check_cron: [
        "0 3 * * *", "*/15 * * * *", "0 0 1 1 *", "30 19 * * 1-5", "0 0 * * SUN", "0 0 * JAN-MAR mon,fri", "0 0 * * 0",
        "0 0 ? * 1", "0 0 1 * ?", "5-10/2,20 1,2,3 1-15 */2 *", "0 0 29 2 *", "0 0 31 1,2 *", "0 0 31 2 1",
        "  0\t3 * * *  ", "10/5 * * * *", "59 23 31 12 6", "00 03 * * *", "0 0 * * 5-6",
    ],
    scalars.check_duration: ["90s", "1h30m", "7d", "2w", "1.5h", "100ms", "30m1h", "1us", ".5h", "1µs", "0s1ns"],
    scalars.check_cidr: [
        "10.0.0.0/8", "0.0.0.0/0", "192.168.1.7/32", "::/0", "fd00::/8", "2001:db8::1/128",
        "2001:db8::1/128",
    ],
    scalars.check_dns_label: ["a", "a1", "my-db", "1db", "a" * 63, "a--b"],
    scalars.check_dns_subdomain: ["a", "a.b", "fast-ssd.example.com", "a" * 253, "1.2"],
    scalars.check_image: [
        "busybox", "busybox:latest", "percona/percona-server-mongodb:8.0.12-4", "percona/pmm-server:2.44.1",
        "docker.io/percona/percona-pgbackrest:2.58.0-1", "registry:5000/a/b:1", "localhost/a", "localhost:5000/a",
        f"a/b@sha256:{'0' * 64}", f"a/b:1@sha256:{'a' * 64}", "ghcr.io/a_b/c__d/e.f/g--h:V1_x", "[::1]:5000/a",
        "harbor.example.com:8443/mirror/percona/x:1",
    ],
    scalars.check_url: [
        "https://pmm.example.com", "http://minio:9000", "https://10.0.0.1:443/path?x=y#z", "https://[::1]:9000",
        "HTTPS://A.B",
        "https://minio.default.svc.cluster.local.", "http://my_host/",
    ],
    scalars.check_time: [
        "2026-01-31T09:30:00Z", "2026-01-31T09:30:00.123456789Z", "2026-01-31T09:30:00+02:00",
        "2024-02-29T23:59:59-11:30",
    ],
    scalars.check_version: ["8.0.12-4", "17.10", "x.y.z", "v1.2.3", "1.0+build", "2", "8.0.4-1-multi", "1.0~rc1"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "text"),
    [(check, text) for check, texts in GOOD.items() for text in texts],
    ids=lambda value: getattr(value, "__name__", str(value)[:40]),
)
def test_good_text(check: Callable[[str], str | None], text: str) -> None:
    assert check(text) is None


def test_every_check_is_tested() -> None:
    assert {name for name in scalars.__all__ if name.startswith("check_")} == {check.__name__ for check in GOOD}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10GB", "write 10G or 10Gi"),
        ("10Gb", "write 10G or 10Gi"),
        ("10gib", "write 10Gi"),
        ("10GiB", "write 10Gi"),
        ("10gi", "write 10Gi"),
        ("10 Gi", "write 10Gi"),
        (" 10Gi", "write 10Gi"),
        ("10Gi\n", "write 10Gi"),
        ("10g", "write 10G or 10Gi"),
        ("10K", "write 10k or 10Ki"),
        ("10KB", "write 10k or 10Ki"),
        ("10 megabytes", "write 10M or 10Mi"),
        ("10 gigabytes", "write 10G or 10Gi"),
        ("10 gibibytes", "write 10Gi"),
        ("1,5Gi", "write 1.5Gi"),
        ("2 cores", "write 2"),
        ("2 vCPU", "write 2"),
        ("500 mcpu", "write 500m"),
        ("500 millicores", "write 500m"),
        ("1024 bytes", "write 1024"),
        ("1,024Mi", "such as 10Gi"),
        ("ten", "such as 10Gi"),
        ("", "is empty"),
        ("Gi", "such as 10Gi"),
        ("1.2.3", "such as 10Gi"),
        ("1e", "write 1E or 1Ei"),
        ("1e1.5", "such as 10Gi"),
        ("1e9999999999", "such as 10Gi"),
        ("0x10", "such as 10Gi"),
        ("--1", "such as 10Gi"),
        ("٣Gi", "such as 10Gi"),
        ("inf", "such as 10Gi"),
        ("NaN", "such as 10Gi"),
        ("0", "not more than nothing"),
        ("0Gi", "not more than nothing"),
        ("-1Gi", "not more than nothing"),
        ("1e999", "too large"),
        ("8Ei", "too large"),
        ("9" * 1_000, "such as 10Gi"),
    ],
)
def test_quantities_that_are_none(text: str, said: str) -> None:
    message = scalars.check_quantity(text)
    assert message is not None
    assert said in message


def test_a_quantity_may_be_nothing_where_that_is_asked_for() -> None:
    assert scalars.check_quantity("0", positive=False) is None
    assert scalars.check_quantity("-1Gi", positive=False) is None
    assert scalars.check_quantity("1GB", positive=False) is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", "0.5"), ("10Gi", "10737418240"), ("10G", "10000000000"), ("1.5Ki", "1536"), ("1e3", "1000"),
        ("1E3", "1000"), ("2E", "2e18"), ("100n", "1e-7"), ("-1k", "-1000"), ("0.1", "0.1"), ("1e-2", "0.01"),
    ],
)  # fmt: skip
def test_the_value_of_a_quantity_is_exact(text: str, value: str) -> None:
    assert scalars.quantity_value(text) == Decimal(value)


def test_the_value_of_no_quantity_is_the_message_of_the_check() -> None:
    with pytest.raises(ValueError, match="write 10G or 10Gi"):
        scalars.quantity_value("10GB")


SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
RISING = ["n", "u", "m", "", "k", "Ki", "M", "Mi", "G", "Gi", "T", "Ti", "P", "Pi", "E", "Ei"]


@given(st.decimals(0, 10**6, places=3, allow_nan=False), st.decimals(0, 10**6, places=3), st.sampled_from(SUFFIXES))
def test_quantities_of_one_unit_have_the_order_of_their_numbers(a: Decimal, b: Decimal, suffix: str) -> None:
    left, right = (scalars.quantity_value(f"{number:f}{suffix}") for number in (a, b))
    assert (left < right) == (a < b)
    assert (left == right) == (a == b)


@given(st.integers(1, 10**9))
def test_quantities_of_one_number_have_the_order_of_their_units(number: int) -> None:
    values = [scalars.quantity_value(f"{number}{suffix}") for suffix in RISING]
    assert values == sorted(set(values))


@given(st.integers(0, 10**6), st.sampled_from("kMGTPE"))
def test_a_binary_unit_is_a_power_of_1024(number: int, letter: str) -> None:
    power = "kMGTPE".index(letter) + 1
    assert scalars.quantity_value(f"{number}{letter.upper()}i") == number * 1024**power
    assert scalars.quantity_value(f"{number}{letter}") == number * 1000**power


FIVE = "minute, hour, day of month, month, day of week"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@daily", "write 0 0 * * *"),
        ("@Weekly", "write 0 0 * * 0"),
        ("@hourly", "write 0 * * * *"),
        ("@every 1h", "write five fields"),
        ("@reboot", "write five fields"),
        ("0 0 3 * * *", "has 6 fields"),
        ("0 0 3 * * *", "it is 0 3 * * *"),
        ("0 0 3 * * ?", "it is 0 3 * * *"),
        ("* * * * * 2027", "it is * * * * *"),
        ("0 0 12 1 1 ? 2027", "it is 0 12 1 1 *"),
        ("0 3 * *", f"has 4 fields, a cron line has five ({FIVE})"),
        ("daily", "has 1 field,"),
        ("60 * * * *", "minute 60 is out of range (allowed: 0 to 59)"),
        ("* 24 * * *", "hour 24 is out of range (allowed: 0 to 23)"),
        ("* * 0 * *", "day of month 0 is out of range (allowed: 1 to 31)"),
        ("* * 32 * *", "day of month 32 is out of range"),
        ("* * * 13 *", "month 13 is out of range (allowed: 1 to 12 or JAN to DEC)"),
        ("* * * * 8", "day of week 8 is out of range (allowed: 0 to 6 or SUN to SAT)"),
        ("0 0 * * 7", "write 0 for Sunday"),
        ("1-60 * * * *", "minute 60 is out of range"),
        ("* * * FOO *", "month 'FOO' is no number"),
        ("* * * MON *", "month 'MON' is no number"),
        ("* * * * JAN", "day of week 'JAN' is no number"),
        ("MON * * * *", "minute 'MON' is no number"),
        ("* * * * FRI-MON", "goes backwards; write FRI-SAT,SUN-MON"),
        ("* 22-2 * * *", "goes backwards; write 22-23,0-2"),
        ("*/0 * * * *", "a step that is not a number from 1 on"),
        ("*/x * * * *", "a step"),
        ("*/ * * * *", "a step"),
        ("*/90 * * * *", "a step larger than 59"),
        ("*/5/5 * * * *", "a step"),
        ("1,,2 * * * *", "minute '' is no number"),
        ("-5 * * * *", "minute '-5' is no number"),
        ("1-2-3 * * * *", "minute '1-2-3' is no number"),
        ("* * L * *", "L, W and # are not accepted"),
        ("* * 15W * *", "L, W and # are not accepted"),
        ("* * * * MON#1", "L, W and # are not accepted"),
        ("* * * * 5L", "L, W and # are not accepted"),
        ("? * * * *", "where '*' is meant"),
        ("0 0 30 2 *", "never happens: no month it names has a day 30"),
        ("0 0 31 4,6 *", "never happens"),
        ("TZ=UTC 0 0 * * *", "time zone"),
        ("CRON_TZ=Europe/Berlin 0 0 * * *", "time zone"),
        ("0 0 * *\n*", "line break"),
        ("٠ 0 * * *", "characters"),
        ("", "is empty"),
        ("1" * 5_000 + " * * * *", "too long"),
        ("9999999999 * * * *", "is no number"),
    ],
)  # fmt: skip
def test_cron_lines_that_are_none(text: str, said: str) -> None:
    message = scalars.check_cron(text)
    assert message is not None
    assert said in message


@given(st.integers(-5, 70), st.integers(0, 4))
def test_a_number_is_accepted_exactly_where_its_field_has_it(number: int, position: int) -> None:
    least, greatest = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)][position]
    fields = ["*"] * 5
    fields[position] = str(number)
    assert (scalars.check_cron(" ".join(fields)) is None) == (least <= number <= greatest)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30", "no unit; write 30s, 30m, 30h or 30d"),
        ("7 days", "write 7d"),
        ("1 Hour", "write 1h"),
        ("10min", "write 10m"),
        ("2 weeks", "write 2w"),
        ("7D", "write 7d"),
        ("1h 30m", "write 1h30m"),
        ("1H30M", "write 1h30m"),
        ("P7D", "write 7d"),
        ("PT1H30M", "write 1h30m"),
        ("1 month", "such as 30d"),
        ("2y", "such as 730d"),
        ("-1h", "negative; write 1h"),
        ("0s", "not longer than nothing"),
        ("", "is empty"),
        ("h", "such as 90s"),
        ("1.2.3s", "such as 90s"),
        ("forever", "such as 90s"),
        ("1h\n", "write 1h"),
        ("1" * 1_000 + "s", "such as 90s"),
        ("٣d", "such as 90s"),
    ],
)
def test_durations_that_are_none(text: str, said: str) -> None:
    message = scalars.check_duration(text)
    assert message is not None
    assert said in message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("1h30m", 5_400),
        ("7d", 604_800),
        ("2w", 1_209_600),
        ("1.5h", 5_400),
        ("100ms", 1),
        ("1001ms", 2),
        ("0s", 0),
    ],
)
def test_the_seconds_of_a_duration(text: str, seconds: int) -> None:
    assert scalars.duration_seconds(text) == seconds


def test_the_seconds_of_no_duration_are_the_message_of_the_check() -> None:
    with pytest.raises(ValueError, match="write 7d"):
        scalars.duration_seconds("7 days")


@pytest.mark.parametrize(
    ("check", "text", "said"),
    [
        (scalars.check_cidr, "10.0.0.1/8", "write 10.0.0.0/8 for the block or 10.0.0.1/32 for the address"),
        (scalars.check_cidr, "10.0.0.0/255.0.0.0", "write 10.0.0.0/8"),
        (scalars.check_cidr, "10.0.0.1", "write 10.0.0.1/32"),
        (scalars.check_cidr, "2001:db8::1", "write 2001:db8::1/128"),
        (scalars.check_cidr, "10.0.0.0/33", "such as 10.0.0.0/8"),
        (scalars.check_cidr, "10.0.0/8", "such as 10.0.0.0/8"),
        (scalars.check_cidr, "010.0.0.1", "such as 10.0.0.0/8"),
        (scalars.check_cidr, " 10.0.0.0/8", "write 10.0.0.0/8"),
        (scalars.check_cidr, "fe80::1%eth0", "is not a CIDR block"),
        (scalars.check_cidr, "10.0.0.0/", "is not a CIDR block"),
        (scalars.check_cidr, "10.0.0.0/08", "write 10.0.0.0/8"),
        (scalars.check_cidr, "5", "is not a CIDR block"),
        (scalars.check_cidr, "", "is not a CIDR block"),
        (scalars.check_cidr, "office", "is not a CIDR block"),
        (scalars.check_dns_label, "My_DB", "write my-db"),
        (scalars.check_dns_label, "a.b", "write a-b"),
        (scalars.check_dns_label, "-a-", "write a"),
        (scalars.check_dns_label, "a" * 64, "is 64 characters long, a name has at most 63"),
        (scalars.check_dns_label, "", "is empty"),
        (scalars.check_dns_label, "___", "is not a valid name"),
        (scalars.check_dns_label, "a\n", "write a"),
        (scalars.check_dns_label, "größe", "write gr-e"),
        (scalars.check_dns_subdomain, "Fast_SSD.example", "write fast-ssd.example"),
        (scalars.check_dns_subdomain, "a..b", "write a.b"),
        (scalars.check_dns_subdomain, ".a", "write a"),
        (scalars.check_dns_subdomain, "a" * 254, "is 254 characters long"),
        (scalars.check_image, "", "is empty"),
        (scalars.check_image, "https://docker.io/a/b:1", "write docker.io/a/b:1"),
        (scalars.check_image, "percona/Mongo:1", "write percona/mongo:1"),
        (scalars.check_image, "Percona/mongo:1", "write percona/mongo:1"),
        (scalars.check_image, "percona/mongo:", "the tag after ':' is missing"),
        (scalars.check_image, "percona/mongo:a b", "'a b' is not a tag"),
        (scalars.check_image, "percona/mongo:<tag>", "placeholder"),
        (scalars.check_image, "${image}", "placeholder"),
        (scalars.check_image, "percona//mongo", "is empty"),
        (scalars.check_image, "percona/mongo/", "is empty"),
        (scalars.check_image, "a/b@sha256:123", "is not a digest"),
        (scalars.check_image, f"a/b@sha256:{'0' * 63}", "is not a digest"),
        (scalars.check_image, "a.b:99999/c", "is not a registry"),
        (scalars.check_image, "-a.b/c", "is not a registry"),
        (scalars.check_image, "a/b:1:2", "cannot be a part of its name"),
        (scalars.check_image, " a/b:1", "write a/b:1"),
        (scalars.check_image, "a" * 256, "is 256 characters long"),
        (scalars.check_image, "a" * 5_000, "5000 characters long"),
        (scalars.check_url, "", "is not a URL"),
        (scalars.check_url, "pmm.example.com", "write https://pmm.example.com"),
        (scalars.check_url, "minio:9000", "write https://minio:9000"),
        (scalars.check_url, "s3://bucket", "starts with https:// or http://"),
        (scalars.check_url, "https:/a", "starts with https:// or http://"),
        (scalars.check_url, "https://", "no host"),
        (scalars.check_url, "https:///path", "no host"),
        (scalars.check_url, "https://a:99999", "is not a URL"),
        (scalars.check_url, "https://a:0", "the port is one of 1 to 65535"),
        (scalars.check_url, "https://a:b", "is not a URL"),
        (scalars.check_url, "https://[::1", "is not a URL"),
        (scalars.check_url, "https://a b", "is not a URL"),
        (scalars.check_url, "https://a\n", "write https://a"),
        (scalars.check_url, "https://ä.example", "is not a host name"),
        (scalars.check_url, "https://me:pass@a", "name a Secret instead"),
        (scalars.check_time, "2026-01-31", "write 2026-01-31T00:00:00Z"),
        (scalars.check_time, "2026-01-31 09:30", "write 2026-01-31T09:30:00Z"),
        (scalars.check_time, "2026-01-31T09:30:00", "write 2026-01-31T09:30:00Z"),
        (scalars.check_time, "2026-01-31t09:30:00z", "write 2026-01-31T09:30:00Z"),
        (scalars.check_time, "2026-01-31T09:30:00+0200", "write 2026-01-31T09:30:00+02:00"),
        (scalars.check_time, "2026-01-31 09:30:00 UTC", "write 2026-01-31T09:30:00Z"),
        (scalars.check_time, "2026-02-30T00:00:00Z", "is not an RFC 3339 time: day"),
        (scalars.check_time, "2026-01-31T25:00:00Z", "is not an RFC 3339 time"),
        (scalars.check_time, "2026-01-31T09:30:60Z", "is not an RFC 3339 time"),
        (scalars.check_time, "2026-01-31T09:30:00+25:00", "is not an RFC 3339 time"),
        (scalars.check_time, "yesterday", "such as 2026-01-31T09:30:00Z"),
        (scalars.check_time, "0000-01-01T00:00:00Z", "is not an RFC 3339 time"),
        (scalars.check_time, "", "such as 2026-01-31T09:30:00Z"),
        (scalars.check_version, "", "is empty"),
        (scalars.check_version, " 1.0", "write 1.0"),
        (scalars.check_version, ">=1.0", "is not one version"),
        (scalars.check_version, "8.*", "is not one version"),
        (scalars.check_version, "<tag>", "is not one version"),
        (scalars.check_version, "-1", "is not a version"),
        (scalars.check_version, "1/2", "is not a version"),
        (scalars.check_version, "1" * 200, "is not a version"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else value.__name__,
)
def test_text_that_is_wrong(check: Callable[[str], str | None], text: str, said: str) -> None:
    message = check(text)
    assert message is not None
    assert said in message


def test_a_password_in_a_url_is_not_repeated() -> None:
    assert "hunter2" not in (scalars.check_url("https://me:hunter2@pmm.example.com") or "")


ODD = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from("0123456789abcdefghmswGiKMT.:/@-+*,# []PTZ\n\0\ud800é"), max_size=30),
    st.sampled_from([text for texts in GOOD.values() for text in texts]).flatmap(
        lambda text: st.sampled_from([text, text.upper(), text + " ", text * 40, text.replace(".", ","), text[1:]])
    ),
)


@given(st.sampled_from(CHECKS), ODD)
def test_no_text_makes_a_check_fail_and_messages_are_short_lines(check: Callable[[str], str | None], text: str) -> None:
    message = check(text)
    assert message is None or (message.isprintable() and 0 < len(message) < 700)


@given(st.sampled_from(CHECKS), ODD)
def test_what_a_message_tells_to_write_is_accepted(check: Callable[[str], str | None], text: str) -> None:
    message = check(text) or ""
    told = re.search(r"; write (\S+)(?: or (\S+))?\Z", message)
    if told and "…" not in message and "\\" not in message:
        assert [
            form for form in told.groups() if form and (check(form) or "").find("too large") == -1 and check(form)
        ] == []
