"""What fails through the router and not direct, against the committed list."""
import pathlib
import sys
import xml.etree.ElementTree as xml


def outcomes(folder):
    passed, failed = set(), {}
    for path in folder.glob("TEST-*.xml"):
        for case in xml.parse(path).getroot().iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            name = name.removeprefix("org.postgresql.")
            bad = case.find("failure")
            bad = case.find("error") if bad is None else bad
            if bad is not None:
                message = (bad.get("message") or bad.text or "").strip().splitlines()
                failed[name] = message[0][:160] if message else ""
            elif case.find("skipped") is None:
                passed.add(name)
    return passed, failed


def known(path):
    lines = path.read_text().splitlines() if path.exists() else []
    return {line.split(" ", 1)[0] for line in lines if line.strip() and not line.startswith("#")}


def listed(name, names):
    """A line names a test, or with * at its end all that begin so."""
    return next((k for k in names if k == name or k[-1] == "*" and name.startswith(k[:-1])), None)


def main():
    folder, path = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    sides = {}
    for side in ["direct", "router"]:
        runs = [outcomes(run) for run in sorted(folder.glob(side + "-*")) if run.is_dir()]
        for i, (passed, failed) in enumerate(runs, 1):
            print(f"{side}, run {i}: {len(passed)} passed, {len(failed)} failed")
        sides[side] = runs
    direct_failed = set().union(*(failed for _, failed in sides["direct"]))
    messages = {}
    for _, failed in sides["router"]:
        messages.update(failed)
    worse = {name: text for name, text in messages.items() if name not in direct_failed}
    names = known(path)
    fresh = {name: text for name, text in worse.items() if not listed(name, names)}
    for name, text in sorted(worse.items()):
        times = sum(name in failed for _, failed in sides["router"])
        mark = "new  " if name in fresh else "known"
        print(f"{mark} {name} ({times} of {len(sides['router'])}): {text}")
    gone = names - {listed(name, names) for name in worse}
    if "--part" not in sys.argv:
        for name in sorted(gone):
            print(f"gone  {name}")
    return 1 if fresh else 0


sys.exit(main())
