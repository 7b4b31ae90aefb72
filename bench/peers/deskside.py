"""Deskside for a bench that starts products by adapters such as this: the real programs on their terminals.
DESKSIDE_PROGRAMS: the folder of `deskside`, `deskside-expert` and `deskside-bench` (cargo build --profile measure)."""
import os
from pathlib import Path

PORT = 47300
SETTLE = 9      # the passphrase's check, two questions and a person's reading time
PROGRAMS = os.environ.get("DESKSIDE_PROGRAMS", str(Path(__file__).resolve().parents[2] / "target/measure"))
RUNNER = os.environ.get("DESKSIDE_RUNNER", f"{PROGRAMS}/deskside-bench")


def start(ctx):
    person, expert = ctx.dir / "person", ctx.dir / "expert"
    for home in (person, expert):
        home.mkdir(parents=True, exist_ok=True)
    person, expert = person.resolve(), expert.resolve()
    ctx.server([RUNNER, "person", "--programs", PROGRAMS, "--home", person, "--address", ctx.host, "--port", PORT])
    ctx.wait_port(PORT, udp=True)
    ctx.viewer([RUNNER, "expert", "--programs", PROGRAMS, "--home", expert, "--ticket", person])
