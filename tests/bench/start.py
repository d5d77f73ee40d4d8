"""What the web process costs until it answers, and what it holds after 500 pages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.request import urlopen

import psutil

from tests.bench.page import granian

CPU_LIMIT_S, MEMORY_LIMIT_MIB = 1.5, 120


def run(env: Mapping[str, str]) -> bool:
    """Always True: these limits are of one kind of machine, and told, not enforced."""
    began = time.perf_counter()
    with granian(env) as port:
        urlopen(f"http://127.0.0.1:{port}/healthz").read()
        wall_s = time.perf_counter() - began
        server = next(
            p
            for p in psutil.Process().children()
            if p.is_running() and "granian" in " ".join(p.cmdline())
        )
        workers = [p for p in server.children(recursive=True) if p.memory_info().rss > 20e6]
        cpu_s = max(sum(p.cpu_times()[:2]) for p in workers)
        for _ in range(500):
            urlopen(f"http://127.0.0.1:{port}/sign-in/").read()
        rss = max(p.memory_info().rss for p in workers) / 2**20
        loaded = any("litellm" in m.path for p in workers for m in p.memory_maps())
    print(f"answers after  {wall_s:5.2f} s")
    print(f"CPU of a worker {cpu_s:5.2f} s   limit {CPU_LIMIT_S} s   {said(cpu_s <= CPU_LIMIT_S)}")
    small = said(rss <= MEMORY_LIMIT_MIB)
    print(f"memory         {rss:5.0f} MiB  limit {MEMORY_LIMIT_MIB} MiB   {small}")
    print(f"litellm loaded  {'yes' if loaded else 'no'}   {said(not loaded)}")
    return True


def said(met: bool) -> str:
    return "ok" if met else "over"
