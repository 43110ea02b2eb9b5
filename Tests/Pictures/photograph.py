#!/usr/bin/env python3
"""Photographs a page of a test run, and fails where it is ugly.

    photograph.py PAGE FOLDER AXE

PAGE is what `database-report html` wrote, FOLDER takes the pictures, AXE is axe.min.js of axe-core. In three widths and two colour schemes
the page as it opens, with all that folds unfolded, and with a test opened. Exit code 1: something overflows, a tile stands in a row
alone, axe finds a violation, or a finding lacks its statement, its line or its fix.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WIDTHS = [390, 820, 1280]
SCHEMES = ["light", "dark"]
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

# What reaches past the window, or past an element that cuts it off. What may be scrolled on purpose is left out.
OVERFLOW = """(() => {
  const found = [], width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push("the page is " + document.documentElement.scrollWidth + " px wide");
  const scrolls = (e) => { for (; e; e = e.parentElement) if (["auto", "scroll"].includes(getComputedStyle(e).overflowX)
    && e.tagName !== "DIALOG" && e.tagName !== "HTML") return true; return false; };
  const dialog = document.querySelector("dialog[open]");
  for (const element of (dialog || document.body).querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (!box.width || scrolls(element) || element.closest(".skip, svg rect, title")) continue;
    if (element.tagName === "CODE" && box.width < 60 && box.height > 90) found.push("a narrow column: " + element.textContent.slice(0, 40));
    if (box.right > width + 1 || box.left < -1) found.push(element.tagName + "." + element.className + " from " + Math.round(box.left)
      + " to " + Math.round(box.right) + ": " + element.textContent.slice(0, 40));
    else if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline"
      && !(element instanceof SVGElement)) found.push(element.tagName + "." + element.className + " holds more than it is wide");
  }
  return found.slice(0, 10);
})()"""

# Tiles that stand in the last row of several alone, unless they take the whole row.
LONELY = """(() => {
  const tiles = Array.from(document.querySelectorAll(".tiles > div"), (tile) => tile.getBoundingClientRect());
  const rows = new Map();
  for (const box of tiles) rows.set(Math.round(box.top), (rows.get(Math.round(box.top)) || []).concat([box]));
  const whole = document.querySelector(".tiles").getBoundingClientRect().width;
  const wrapped = Array.from(document.querySelectorAll(".tiles dd")).filter((number) => number.getBoundingClientRect().height
    > parseFloat(getComputedStyle(number).lineHeight) * 1.5).map((number) => "a number takes two lines: " + number.textContent);
  if (wrapped.length || rows.size < 2) return wrapped;
  return Array.from(rows.values()).filter((row) => row.length === 1 && row[0].width < whole - 2).map(() => "a tile stands alone");
})()"""

# Findings of the page that lack one of the three. A test's own failure is no finding on the database.
INCOMPLETE = """(() => {
  const found = [];
  for (const item of document.querySelectorAll("#findings .findings > li")) {
    const kinds = Array.from(item.querySelectorAll(".kind"), (kind) => kind.textContent);
    if (kinds.every((kind) => kind === "the test itself")) continue;
    const text = item.querySelector(".what").textContent;
    if (!item.querySelector(".sql code")) found.push("no statement: " + text);
    if (!item.querySelector(".site code")) found.push("no line: " + text);
    if (!item.querySelector(".fix")) found.push("no fix: " + text);
  }
  return found;
})()"""


class Browser:
    """A browser without a window, that is told what to do through two pipes."""

    def __init__(self, folder):
        path = next((shutil.which(name) for name in BROWSERS if shutil.which(name)), None)
        if not path:
            sys.exit("error: no Chromium or Chrome is installed")
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def arrange():
            # It reads from 3 and writes to 4.
            first, second = os.dup(commands), os.dup(answers)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(
            [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir=" + folder],
            preexec_fn=arrange, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.buffer, self.number, self.session = b"", 0, None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")

    def read(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                sys.exit("error: the browser ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        while True:
            answer = self.read()
            if answer.get("id") != self.number:
                continue
            if "error" in answer:
                sys.exit("error: %s: %s" % (method, answer["error"].get("message")))
            return answer["result"]

    def run(self, script):
        result = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            sys.exit("error: " + json.dumps(result["exceptionDetails"])[:600])
        return result["result"].get("value")

    def open(self, url, width, scheme, height=900):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Page.navigate", url="about:blank")
        self.ask("Page.navigate", url=url)
        # `data-ready` is what the page's script ends with.
        ready = "document.readyState === 'complete' && document.documentElement.dataset.ready === 'yes'"
        if not self.run("new Promise((done) => { const look = (n) => %s || !n ? done(n) : setTimeout(look, 50, n - 1); look(200); })"
                        % ready):
            sys.exit("error: the script of the page did not come to its end: " + url)

    def photograph(self, file, whole=True, width=None, height=None, scale=1):
        options = {"format": "png", "captureBeyondViewport": whole}
        size = self.run("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        if whole or height:
            options["clip"] = {"x": 0, "y": 0, "width": width or size[0], "height": height or min(size[1], 8000), "scale": scale}
        data = self.ask("Page.captureScreenshot", **options)["data"]
        pathlib.Path(file).write_bytes(base64.b64decode(data))

    def end(self):
        self.process.terminate()
        self.process.wait()


# Whether dragging, keys and buttons change the part of the axis that is shown.
def check_zoom(browser, name, problems):
    view = lambda: [float(part) for part in browser.run("document.querySelector('dialog .timeline svg').dataset.view").split()]
    box = browser.run("(() => { const box = document.querySelector('dialog .timeline svg').getBoundingClientRect();"
                      " return [box.left, box.top, box.width, box.height]; })()")
    x = lambda share: box[0] + box[2] * share
    y = box[1] + min(box[3] - 4, 30)
    mouse = lambda kind, share: browser.ask("Input.dispatchMouseEvent", type=kind, x=x(share), y=y, button="left", buttons=1, clickCount=1)
    mouse("mousePressed", 0.25)
    for share in [0.3, 0.5, 0.75]:
        mouse("mouseMoved", share)
    mouse("mouseReleased", 0.75)
    found = [("dragged", view(), [0.25, 0.75])]
    for key, expected in [("+", [0.375, 0.625]), ("-", [0.25, 0.75]), (">", [0.375, 0.875]), ("0", [0, 1])]:
        browser.ask("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        browser.ask("Input.dispatchKeyEvent", type="keyUp", key=key)
        found.append(("key " + key, view(), expected))
    for what, seen, expected in found:
        if any(abs(a - b) > 0.02 for a, b in zip(seen, expected)):
            problems.append("%s: %s shows %s, not %s" % (name, what, seen, expected))


def check(browser, axe, name, problems):
    found = browser.run(OVERFLOW) + browser.run(LONELY)
    browser.run(axe + "\n;0")
    violations = browser.run(
        "axe.run(document).then((all) => all.violations.map((one) => one.id + ': ' + one.help + ' (' "
        "+ one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ') + ')'))")
    problems += ["%s: %s" % (name, text) for text in found + violations]


# How a page is looked at: what is done after it opened, and whether the whole of it is in the picture.
def states(opened):
    unfold = "for (const one of document.querySelectorAll('details')) one.open = true; 0"
    return [
        ("collapsed", "", "0", True),
        ("expanded", "", unfold, True),
        ("test", "#" + opened, "0", False),
        ("steps", "#" + opened, "document.querySelector('dialog .axis').click(); " + unfold.replace("document", "document.querySelector('dialog')"), False),
    ]


def main():
    page, folder, axe = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]).read_text()
    folder.mkdir(parents=True, exist_ok=True)
    problems, pictures = [], 0
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        try:
            url = page.as_uri()
            browser.open(url, 1280, "light")
            problems += browser.run(INCOMPLETE)
            kinds = browser.run("[...new Set([...document.querySelectorAll('#findings .kind')].map((kind) => kind.textContent))]")
            tests = browser.run("Number(document.body.dataset.tests)")
            print("%d tests, findings: %s" % (tests, ", ".join(kinds)))
            if tests < 60:
                problems.append("the record holds %d tests, not 60" % tests)
            opened = browser.run("document.querySelector('#findings .findings a').hash.slice(1)")
            for width in WIDTHS:
                for scheme in SCHEMES:
                    for state, fragment, action, whole in states(opened):
                        name = "%d-%s-%s" % (width, scheme, state)
                        browser.open(url + fragment, width, scheme)
                        browser.run(action)
                        check(browser, axe, name, problems)
                        if state == "test":
                            check_zoom(browser, name, problems)
                        browser.photograph(folder / (name + ".png"), whole)
                        pictures += 1
        finally:
            browser.end()
    print("%d pictures in %s" % (pictures, folder))
    for problem in problems:
        print("error: " + problem)
    sys.exit(1 if problems else 0)


main()
