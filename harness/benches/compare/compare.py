#!/usr/bin/env python3
"""What ten thousand trivial cases cost, and what as many cost with pytest and Robot Framework.

    cargo build --release
    python3 harness/benches/compare/compare.py            # pytest and Robot Framework come from PyPI into a venv

A trivial case here is a whole one: a board is made from its flashed image, arranged through its console, runs its firmware
for twelve seconds of virtual time, and two expectations are judged. A trivial case there asserts that one is not two. So
the ratios flatter the others; what they say is what it costs to have a case at all. Times are of the processor (user and
system, children included), so that a busy machine does not matter much. Nothing is asserted: goals stand beside figures.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

FILES = 100

SCENARIO = """title  = "A trivial case"
why    = "To see what a case costs"
covers = ["weekly-program"]
steps  = [{{ wait = "{{wait}}" }}, {{ expect = {{ relay = "K1", is = "open" }} }}, {{ expect = "schedule" }}]

[board]
clock = "Mon 12:00:00"

[matrix]
wait = [{waits}]
"""


def run(command, folder, allowed=(0,)):
    """Runs a command; gives its processor time and wall time in seconds and its peak memory in bytes."""
    begun = time.monotonic()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BROWNOUT_", "INSTA_"))}
    env.pop("CI", None)
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in allowed:
            said.seek(0)
            sys.exit(f"{command[0]} ended with {child.returncode}:\n{said.read().decode()[-2000:]}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss * 1024


def scenarios(folder, cases):
    """Writes scenarios that make so many cases, over 100 files."""
    theme = folder / "scenarios" / "trivial"
    theme.mkdir(parents=True)
    waits = ", ".join(f'"{1000 + n}ms"' for n in range(cases // FILES))
    for n in range(FILES):
        (theme / f"trivial-{n}.toml").write_text(SCENARIO.format(waits=waits))


def brownout(binary, folder, cases):
    """What it costs to run so many cases, on one thread, each with its approved snapshot."""
    scenarios(folder, cases)
    run([binary, "run"], folder, allowed=(1,))
    run([binary, "accept"], folder)
    return run([binary, "run", "--", "--test-threads", "1"], folder)


def pytest(python, folder, cases):
    """As many functions, over 100 files."""
    folder.mkdir()
    for n in range(FILES):
        tests = "".join(f"def test_{m}():\n    assert 1 != 2\n\n" for m in range(cases // FILES))
        (folder / f"test_{n}.py").write_text(tests)
    return run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."], folder)


def robot(python, folder, cases):
    """As many test cases, over 100 suites."""
    folder.mkdir()
    for n in range(FILES):
        tests = "".join(f"Case {m}\n    Should Not Be Equal    1    2\n\n" for m in range(cases // FILES))
        (folder / f"suite_{n}.robot").write_text("*** Test Cases ***\n" + tests)
    return run([python, "-m", "robot", "--outputdir", "out", "."], folder)


def check(binary, folder):
    """What `brownout check` takes over a thousand files."""
    theme = folder / "scenarios" / "trivial"
    theme.mkdir(parents=True)
    for n in range(1000):
        (theme / f"trivial-{n}.toml").write_text(SCENARIO.format(waits='"1s"'))
    return run([binary, "check"], folder)


def environment(folder):
    """A virtual environment with both; its python."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", "pytest", "robotframework"], check=True)
    return str(python)


def main():
    root = pathlib.Path(__file__).resolve().parents[3]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brownout", default=root / "target/release/brownout", help="the command to measure")
    parser.add_argument("--cases", type=int, default=10_000, help="a multiple of 1000")
    parser.add_argument("--venv", type=pathlib.Path, help="where pytest and Robot Framework are, or go")
    asked = parser.parse_args()
    binary = str(pathlib.Path(asked.brownout).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        few, many = asked.cases // 10, asked.cases
        small, _, small_memory = brownout(binary, scratch / "few", few)
        large, wall, large_memory = brownout(binary, scratch / "many", many)
        growth = (large_memory - small_memory) / (many - few) / 1024
        checked, checked_wall, _ = check(binary, scratch / "check")
        print(f"brownout, {few} cases:   {small:.2f} s, {1000 * small / few:.2f} ms a case")
        print(f"brownout, {many} cases:  {large:.2f} s, {1000 * large / many:.2f} ms a case (goal: under 10), {wall:.2f} s of wall time")
        print(f"growth of a case's time: {large / many / (small / few):.2f} times (goal: 1)")
        print(f"memory:                  {large_memory / 2**20:.1f} MiB, {growth:.1f} KiB a case more (goal: at most 10)")
        print(f"check of 1000 files:     {checked:.2f} s, {checked_wall:.2f} s of wall time (goal: under 1)")
        python = environment(asked.venv or scratch / "venv")
        for name, tool in (("pytest", pytest), ("Robot Framework", robot)):
            taken, _, memory = tool(python, scratch / tool.__name__, many)
            print(f"{name}, {many} cases: {taken:.2f} s, {1000 * taken / many:.2f} ms a case, {memory / 2**20:.1f} MiB; brownout takes {large / taken:.2f} times that")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
