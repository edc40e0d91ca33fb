"""Medians of each peer, and the ratio of the first to each other with a bootstrap 95 % interval."""
import random
import statistics
import sys


def interval(ratios):
    generator = random.Random(1)
    medians = sorted(
        statistics.median(generator.choices(ratios, k=len(ratios))) for _ in range(5000)
    )
    return medians[125], medians[4874]


def main():
    path, peers, title = sys.argv[1:4]
    names = peers.split(",")
    rounds = {}
    for line in open(path):
        number, name, count, cpu, tps, latency = line.split()
        rounds.setdefault(int(number), {})[name] = (float(cpu), float(tps), float(latency))
    rounds = {i: r for i, r in rounds.items() if len(r) == len(names)}
    print(f"### {title}\n")
    print(f"{len(rounds)} rounds in which every peer answered.\n")
    print("| | µs CPU/transaction | tps | mean latency ms |")
    print("|---|---|---|---|")
    for name in names:
        columns = [statistics.median(r[name][i] for r in rounds.values()) for i in range(3)]
        print(f"| {name} | {columns[0]:.1f} | {columns[1]:.0f} | {columns[2]:.3f} |")
    for other in names[1:]:
        for i, what in enumerate(["CPU", "throughput", "latency"]):
            ratios = [r[names[0]][i] / r[other][i] for r in rounds.values()]
            low, high = interval(ratios)
            print(
                f"| {names[0]} / {other}: {what} | {statistics.median(ratios):.2f}"
                f" | {low:.2f} to {high:.2f} | |"
            )
    print()


main()
