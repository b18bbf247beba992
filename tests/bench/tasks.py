#!/usr/bin/env python3
"""Runs the small agent tasks of ../shared/bench with a real model through `cofferdam run`, and prints a table.

    tests/bench/tasks.py COFFERDAM BENCH URL MODEL MODE [TASK ...]

COFFERDAM is the binary, BENCH the folder with tasks/check.py, URL an OpenAI-compatible API. A person at the terminal is
played by a pseudo-terminal that answers every question with yes, as somebody would who asked for the task.
"""
import json, os, pty, re, select, subprocess, sys, tempfile, time

# The model has a window of 12,288 tokens, the answer included, and loses itself in plans.
SMALL = ["--window-tokens", "8000", "--no-plans"]

binary, bench, url, model, mode, *only = sys.argv[1:]
tasks = json.load(open(os.path.join(bench, "tasks/tasks.json")))["tasks"]
check = os.path.join(bench, "tasks/check.py")


def run(task, work, home):
    env = {"COFFERDAM_HOME": home, "PATH": os.environ["PATH"]}
    init = [binary, "--workspace", work, "init", "--url", url, "--model", model, "--mode", mode, *SMALL]
    subprocess.run(init, env=env, check=True, capture_output=True)
    person, terminal = pty.openpty()
    command = [binary, "--workspace", work, "--format", "json", "run", task["prompt"], "--cap", "steps=15"]
    child = subprocess.Popen(command, env=env, stdin=terminal, stderr=terminal, stdout=subprocess.PIPE)
    os.close(terminal)
    shown, questions = b"", 0
    while True:
        ready, _, _ = select.select([person], [], [], 0.2)
        if ready:
            try:
                piece = os.read(person, 65536)
            except OSError:
                break
            shown += piece
            if b"[y/N] " in piece:
                questions += 1
                os.write(person, b"y\n")
        elif child.poll() is not None:
            break
    out = child.stdout.read().decode()
    child.wait()
    os.close(person)
    return child.returncode, json.loads(out) if out.strip() else {}, shown.decode(errors="replace"), questions


passed = 0
chosen = [task for task in tasks if not only or task["id"] in only]
print(f"{'task':<12} {'end state':<10} {'steps':>5} {'asked':>5} {'seconds':>7}")
for task in chosen:
    with tempfile.TemporaryDirectory() as root:
        work, home = os.path.join(root, "work"), os.path.join(root, "home")
        os.mkdir(work)
        subprocess.run([sys.executable, check, "setup", task["id"], work], check=True, capture_output=True)
        begun = time.time()
        code, answer, shown, questions = run(task, work, home)
        text = answer.get("answer", "")
        said = os.path.join(root, "answer")
        open(said, "w").write(text)
        verdict = subprocess.run([sys.executable, check, "verify", task["id"], work, said], capture_output=True, text=True)
        ok = verdict.returncode == 0
        passed += ok
        steps = answer.get("spent", {}).get("steps", "-")
        print(f"{task['id']:<12} {'reached' if ok else 'missed':<10} {steps:>5} {questions:>5} {time.time() - begun:>7.1f}", flush=True)
        if not ok and os.environ.get("VERBOSE"):
            plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\r", "", shown)
            print(f"--- exit {code}\n{plain}\n--- answer: {text}\n--- {verdict.stdout}{verdict.stderr}", flush=True)
print(f"{passed} of {len(chosen)}")
