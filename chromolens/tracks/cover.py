"""Do the shards hold what was planned, each base or record exactly once?"""

from collections.abc import Mapping, Sequence

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval

Placed = tuple[Interval, str]


def by_chromosome(regions: Sequence[Placed]) -> dict[str, list[Placed]]:
    """(region, file) by chromosome, order kept."""
    found: dict[str, list[Placed]] = {}
    for region, path in regions:
        found.setdefault(region.chrom, []).append((region, path))
    return found


def check_cover(regions: Sequence[Placed], planned: Sequence[Interval]) -> None:
    """BadInput unless ``regions`` (sorted, with their files) are ``planned`` exactly once."""
    for (one, path), (other, other_path) in zip(regions, regions[1:], strict=False):
        if one.overlaps(other):
            raise BadInput(
                f"{one} and {other} overlap: a base must come from one shard",
                where=f"{path}, {other_path}",
            )
    have = _merged([region for region, _ in regions])
    want = _merged(sorted(planned))
    missing, surplus = _without(want, have), _without(have, want)
    if missing or surplus:
        _refuse(missing, surplus, regions)


def _refuse(missing: list[Interval], surplus: list[Interval], regions: Sequence[Placed]) -> None:
    paths = {path for region, path in regions for other in surplus if region.overlaps(other)}
    raise BadInput(
        f"the shards are not what was planned: {len(missing)} stretches are missing, "
        f"{len(surplus)} were not planned",
        expected="every planned base in exactly one shard",
        where=f"missing: {_listed(missing)}; not planned: {_listed([*surplus, *sorted(paths)])}",
        remedy="run the missing shards; remove files left from another plan",
    )


def _listed(items: Sequence[object]) -> str:
    shown = ", ".join(str(item) for item in items[:5]) or "none"
    return shown + (f" and {len(items) - 5} more" if len(items) > 5 else "")


def _merged(ordered: Sequence[Interval]) -> list[Interval]:
    """Sorted intervals with neighbours put together."""
    found: list[Interval] = []
    for interval in ordered:
        if found and found[-1].chrom == interval.chrom and interval.start <= found[-1].end:
            last = found.pop()
            interval = Interval(last.chrom, last.start, max(last.end, interval.end))
        found.append(interval)
    return found


def _without(these: Sequence[Interval], those: Sequence[Interval]) -> list[Interval]:
    """Stretches of ``these`` that are in none of ``those`` (both merged)."""
    others = by_chromosome([(interval, "") for interval in those])
    found = []
    for interval in these:
        start = interval.start
        for other, _ in others.get(interval.chrom, ()):
            if other.overlaps(interval):
                if start < other.start:
                    found.append(Interval(interval.chrom, start, other.start))
                start = other.end
        if start < interval.end:
            found.append(Interval(interval.chrom, start, interval.end))
    return found


def check_records(found: Mapping[str, Sequence[str]], planned: Sequence[str]) -> dict[str, int]:
    """Place of each planned record; BadInput unless the files hold each exactly once."""
    places = {name: place for place, name in enumerate(planned)}
    seen: dict[str, str] = {}
    for path, names in found.items():
        for name in names:
            if name in seen or name not in places:
                other = seen.get(name, "no plan")
                raise BadInput(
                    f"record {name!r} is in {path} and in {other}",
                    expected="every planned record in exactly one shard",
                    remedy="remove files left from another plan",
                )
            seen[name] = path
    missing = [name for name in planned if name not in seen]
    if missing:
        raise BadInput(
            f"{len(missing)} records were not explained",
            where=_listed(missing),
            remedy="run the missing shards",
        )
    return places
