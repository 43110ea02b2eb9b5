extension ReportPage {
  /// Opens a test where the address names one (`#t12`), draws its waterfall, and sorts and filters the tests.
  static let script = #"""
    "use strict";
    (function () {
      const kinds = ["select", "insert", "update", "delete", "other", "transaction", "lease"];
      const dialog = document.getElementById("detail");
      let statements = null;

      function read(id) {
        const element = document.getElementById(id);
        return element ? JSON.parse(element.textContent) : null;
      }

      function make(name, options, ...children) {
        const element = document.createElement(name);
        for (const [key, value] of Object.entries(options || {})) {
          if (key === "text") element.textContent = value;
          else if (key === "class") element.className = value;
          else element.setAttribute(key, value);
        }
        element.append(...children.filter(Boolean));
        return element;
      }

      function draw(name, attributes, text) {
        const element = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        if (text !== undefined) element.textContent = text;
        return element;
      }

      function duration(nanoseconds) {
        const units = [["ns", 1], ["µs", 1e3], ["ms", 1e6], ["s", 1e9]];
        let unit = units[0];
        for (const candidate of units) if (nanoseconds >= candidate[1]) unit = candidate;
        const value = nanoseconds / unit[1];
        return (value >= 10 || unit[1] === 1 ? Math.round(value) : value.toFixed(1)) + " " + unit[0];
      }

      function sentence(bar) {
        const sql = bar[5] >= 0 ? " " + statements[bar[5]] : "";
        return bar[6] + sql + (bar[7] ? ", " + bar[7] : "");
      }

      // Every beginning and end is one step: what happened meanwhile shows, however short it was.
      function inOrder(test) {
        const times = new Set([test.start, test.end]);
        for (const lane of test.lanes) for (const bar of lane.bars) times.add(bar[2]).add(bar[3]);
        const places = new Map(Array.from(times).sort((a, b) => a - b).map((time, index) => [time, index]));
        return (time) => places.get(time) / Math.max(1, places.size - 1);
      }

      // `view`: which part of the axis is shown, from 0 to 1.
      function waterfall(test, width, isInOrder, view) {
        const rowHeight = 16, laneGap = 12, nameHeight = 18, top = 26;
        const height = test.lanes.reduce((sum, lane) => sum + nameHeight + Math.max(1, lane.rows) * rowHeight + laneGap, top);
        const svg = draw("svg", {
          class: "waterfall", viewBox: `0 0 ${width} ${height}`, height: height, role: "img",
          "aria-label": "Waterfall of " + test.name + "; the same in words below",
          "data-view": view.map((part) => part.toFixed(4)).join(" ")
        });
        const share = isInOrder ? inOrder(test) : (time) => (time - test.start) / Math.max(1, test.end - test.start);
        const [from, to] = view, part = to - from;
        const place = (time) => (share(time) - from) / part * (width - 2) + 1;
        const steps = isInOrder ? -1 : width < 500 ? 2 : 4;
        for (let step = 0; step <= steps; step += 1) {
          const time = test.start + (test.end - test.start) * (from + part * step / steps);
          const tick = draw("g", { class: "tick" });
          tick.append(draw("line", { x1: place(time), x2: place(time), y1: 18, y2: height }));
          tick.append(draw("text", {
            x: place(time), y: 12, "text-anchor": step === 0 ? "start" : step === steps ? "end" : "middle"
          }, time === test.start ? "0" : duration(time - test.start)));
          svg.append(tick);
        }
        let y = top;
        for (const lane of test.lanes) {
          svg.append(draw("text", { x: 1, y: y + 10 }, lane.name));
          y += nameHeight;
          for (const bar of lane.bars) {
            const start = place(bar[2]), end = place(bar[3]);
            if (end < 0 || start > width) continue;
            const left = Math.max(0, start), size = Math.max(1.5, Math.min(width, end) - left);
            const x = Math.min(left, width - size), barY = y + bar[1] * rowHeight;
            const rect = draw("rect", {
              class: kinds[bar[0]] + (bar[4] & 1 ? " isbad" : ""), x: x, y: barY, width: size, height: 12, rx: 1.5
            });
            rect.append(draw("title", {}, sentence(bar)));
            rect.addEventListener("click", () => show(bar));
            svg.append(rect);
            const letters = Math.floor((size - 8) / 6);
            const words = bar[6] + (bar[5] >= 0 ? " " + statements[bar[5]] : "");
            if (letters >= 8) {
              const isSoft = bar[0] >= 5;
              svg.append(draw("text", { class: "label" + (isSoft ? " soft" : ""), x: x + 4, y: barY + 9.5 },
                words.length > letters ? words.slice(0, letters - 1) + "…" : words));
            }
            if (bar[4] & 2) svg.append(draw("rect", { class: "mark", x: x, y: barY + 13, width: size, height: 2 }));
          }
          y += Math.max(1, lane.rows) * rowHeight + laneGap;
        }
        return svg;
      }

      // A part of the axis that is not too short, and inside of it.
      function within(from, to) {
        const size = Math.min(1, Math.max(1e-6, to - from)), first = Math.min(Math.max(0, from), 1 - size);
        return [first, first + size];
      }

      // The drawing with what changes its axis: buttons, keys, and dragging over the part that is meant.
      function timeline(test, width) {
        let isInOrder = false, view = [0, 1], drawing = null, dragged = null;
        const box = make("div", { class: "timeline" });

        function look(from, to) {
          view = within(from, to);
          const next = waterfall(test, width, isInOrder, view);
          if (drawing) drawing.replaceWith(next);
          else box.append(next);
          drawing = next;
          whole.disabled = view[1] - view[0] === 1;
        }
        function zoom(factor) {
          const middle = (view[0] + view[1]) / 2, half = (view[1] - view[0]) * factor / 2;
          look(middle - half, middle + half);
        }
        function pan(share) {
          const step = (view[1] - view[0]) * share;
          look(view[0] + step, view[1] + step);
        }

        const button = (text, name, action) => {
          const made = make("button", { type: "button", text: text, "aria-label": name, title: name });
          made.addEventListener("click", action);
          return made;
        };
        const axis = make("button", { type: "button", class: "axis", "aria-pressed": "false", text: "Even steps" });
        axis.addEventListener("click", () => {
          isInOrder = !isInOrder;
          axis.setAttribute("aria-pressed", String(isInOrder));
          look(0, 1);
        });
        const whole = button("Whole", "The whole time (0)", () => look(0, 1));
        box.append(make("div", { class: "tools" }, axis, button("−", "Zoom out (-)", () => zoom(2)),
          button("+", "Zoom in (+)", () => zoom(0.5)), whole,
          make("span", { class: "quiet", text: "drag over a part to see it larger" })));
        look(0, 1);

        const place = (event) => {
          const area = drawing.getBoundingClientRect();
          return Math.min(width, Math.max(0, (event.clientX - area.left) * width / area.width));
        };
        box.addEventListener("pointerdown", (event) => {
          if (event.button === 0 && drawing.contains(event.target)) dragged = { from: place(event), mark: null };
        });
        box.addEventListener("pointermove", (event) => {
          if (!dragged) return;
          const to = place(event), left = Math.min(dragged.from, to), size = Math.abs(to - dragged.from);
          if (!dragged.mark && size < 6) return;
          if (!dragged.mark) {
            dragged.mark = draw("rect", { class: "selection", y: 18, height: "100%" });
            drawing.append(dragged.mark);
            box.setPointerCapture(event.pointerId);
          }
          dragged.mark.setAttribute("x", left);
          dragged.mark.setAttribute("width", size);
        });
        box.addEventListener("pointerup", (event) => {
          const drag = dragged, to = drawing ? place(event) : 0;
          dragged = null;
          if (!drag || !drag.mark) return;
          const at = (x) => view[0] + x / width * (view[1] - view[0]);
          look(at(Math.min(drag.from, to)), at(Math.max(drag.from, to)));
        });
        box.addEventListener("pointercancel", () => {
          if (dragged && dragged.mark) dragged.mark.remove();
          dragged = null;
        });
        box.addEventListener("dblclick", () => look(0, 1));
        box.keys = (key) => {
          if (key === "+" || key === "=") zoom(0.5);
          else if (key === "-") zoom(2);
          else if (key === "0") look(0, 1);
          else if (key === "<") pan(-0.25);
          else if (key === ">") pan(0.25);
          else return false;
          return true;
        };
        return box;
      }

      function show(bar) {
        for (const item of dialog.querySelectorAll(".now")) item.classList.remove("now");
        const item = Array.from(dialog.querySelectorAll(".sequence li")).find((item) => item.bar === bar);
        if (!item) return;
        item.classList.add("now");
        const folded = item.closest("details");
        if (folded) folded.open = true;
        item.scrollIntoView({ block: "center" });
      }

      function legend(test) {
        const present = new Set(test.lanes.flatMap((lane) => lane.bars.map((bar) => bar[0])));
        const list = make("ul", { class: "legend" });
        for (let kind = 0; kind < kinds.length; kind += 1) {
          if (!present.has(kind)) continue;
          const box = draw("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
          box.append(draw("rect", { class: kinds[kind], width: 10, height: 10, rx: 2 }));
          list.append(make("li", {}, box, kinds[kind]));
        }
        return list;
      }

      function sequence(test) {
        const bars = test.lanes.flatMap((lane) => lane.bars.map((bar) => [lane, bar]));
        bars.sort((a, b) => a[1][2] - b[1][2]);
        const list = make("ol", { class: "sequence" });
        const runs = [];
        for (const entry of bars) {
          const run = runs[runs.length - 1];
          const isEqual = run && entry[1][5] >= 0 && run[0][1][5] === entry[1][5] && run[0][0] === entry[0]
            && (run[0][1][4] & 1) === (entry[1][4] & 1);
          if (isEqual) run.push(entry);
          else runs.push([entry]);
        }
        for (const run of runs) {
          if (run.length < 3) {
            list.append(...run.map(row));
            continue;
          }
          const first = run[0][1], last = run[run.length - 1][1];
          const inner = make("ol", { class: "sequence" }, ...run.map(row));
          const flag = run.some(([, bar]) => bar[4]) ? " flag" : "";
          const head = make("summary", {}, make("span", { class: "quiet" + flag, text: first[6] + " … " + last[6] + "  " }),
            run.length + " × ", make("code", { text: statements[first[5]] }));
          list.append(make("li", {}, make("details", {}, head, inner)));
        }
        return list;

        function row([lane, bar]) {
          const isStatement = bar[5] >= 0;
          const text = isStatement ? make("code", { text: statements[bar[5]] }) : make("span", { text: bar[6] });
          const notes = (bar[7] || "") + (test.lanes.length > 1 ? " · " + lane.name : "");
          const item = make("li", {},
            make("span", { class: "quiet" + (bar[4] ? " flag" : ""), text: isStatement ? bar[6] : "" }),
            make("span", { class: bar[4] & 1 ? "bad" : "" }, text), make("span", { class: "quiet", text: notes }));
          item.bar = bar;
          return item;
        }
      }

      function open(number) {
        const test = read("d" + number);
        if (!test) return;
        statements = statements || read("statements");
        const close = make("button", { type: "button", text: "Close" });
        close.addEventListener("click", () => dialog.close());
        const count = Number(document.body.dataset.tests);
        const step = (text, name, other) => {
          const button = make("button", { type: "button", text: text, "aria-label": name });
          button.disabled = other < 0 || other >= count;
          button.addEventListener("click", () => { location.hash = "#t" + other; });
          return button;
        };
        const buttons = make("div", {}, step("←", "Test before", Number(number) - 1),
          step("→", "Next test", Number(number) + 1), close);
        const title = make("div", {}, make("h2", { id: "detail-title", text: test.name }),
          make("div", { class: "quiet", text: test.place + " · " + test.facts }));
        const sheet = make("div", { class: "sheet" }, make("div", { class: "top" }, title, buttons));
        if (test.blind) {
          sheet.append(make("p", { class: "warning", text: "Blind: statements are missing, so nothing follows from this test." }));
        }
        if (test.findings.length) {
          const list = make("ul", { class: "findings" });
          for (const finding of test.findings) {
            const line = (name, ...parts) => make("p", { class: name }, ...parts);
            list.append(make("li", {}, make("span", { class: "kind" + (finding.failed ? " bad" : ""), text: finding.kind }),
              (finding.failed ? " failed: " : " ") + finding.text,
              finding.sql ? line("sql", make("code", { text: finding.sql })) : null,
              finding.parent ? line("sql quiet", "after ", make("code", { text: finding.parent })) : null,
              finding.fix ? line("fix", make("b", { text: "Fix" }), finding.fix) : null,
              finding.site ? make("p", { class: "site" }, "at ", make("code", { text: finding.site })) : null,
              ...finding.callers.map(([way, site]) =>
                make("p", { class: "site quiet" }, way + " at ", make("code", { text: site })))));
          }
          sheet.append(list);
        }
        dialog.replaceChildren(sheet);
        if (!dialog.open) dialog.showModal();
        dialog.scrollTop = 0;
        if (test.lanes.length) {
          const width = Math.max(260, sheet.clientWidth - 40);
          sheet.append(make("h3", { text: "In time" }), timeline(test, width), legend(test));
          sheet.append(make("h3", { text: "In order" }), sequence(test));
        } else {
          sheet.append(make("p", { class: "quiet", text: "No statement was recorded." }));
        }
        if (test.hidden) sheet.append(make("p", { class: "quiet", text: test.hidden + " more are not shown." }));
        dialog.dataset.test = number;
      }

      function route() {
        const found = /^#t(\d+)$/.exec(location.hash);
        if (found) open(found[1]);
        else if (dialog.open) dialog.close();
      }

      dialog.addEventListener("close", () => {
        if (/^#t\d+$/.test(location.hash)) history.replaceState(null, "", "#-");
      });
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close();
      });
      window.addEventListener("hashchange", route);
      window.addEventListener("keydown", (event) => {
        if (!dialog.open || event.altKey || event.ctrlKey || event.metaKey) return;
        const box = dialog.querySelector(".timeline");
        if (box && box.keys(event.key)) return event.preventDefault();
        const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (step === 0) return;
        const next = Number(dialog.dataset.test) + step;
        if (next >= 0 && next < Number(document.body.dataset.tests)) location.hash = "#t" + next;
      });

      function addSearch() {
        const search = document.getElementById("search"), files = document.getElementById("files");
        const limit = 200;
        let rows = null;
        const field = make("input", { type: "search", placeholder: "Filter by name", "aria-label": "Filter the tests by name" });
        const order = make("select", { "aria-label": "Order of the tests" });
        ["by file", "by queries", "by steps", "by time", "by findings"].forEach((text, index) => {
          order.append(make("option", { value: index, text: text }));
        });
        const body = make("tbody");
        const table = make("table", { class: "tests", hidden: "" });
        const rest = make("p", { class: "quiet", role: "status" });
        files.before(table, rest);

        function update() {
          const word = field.value.trim().toLowerCase(), column = Number(order.value);
          const isActive = word !== "" || column > 0;
          files.hidden = isActive;
          table.hidden = !isActive;
          rest.textContent = "";
          if (!isActive) return;
          if (!rows) {
            rows = Array.from(files.querySelectorAll("tbody tr"), (row) => ({
              row: row, file: row.closest("details").querySelector("summary").firstChild.textContent,
              numbers: Array.from(row.cells, (cell) => Number(cell.dataset.n || 0)), text: row.cells[0].textContent
            }));
            for (const entry of rows) entry.key = (entry.file + " " + entry.text).toLowerCase();
            table.append(files.querySelector("thead").cloneNode(true), body);
          }
          let found = rows.filter((entry) => entry.key.includes(word));
          if (column > 0) found = found.slice().sort((a, b) => b.numbers[column] - a.numbers[column]);
          body.replaceChildren(...found.slice(0, limit).map((entry) => {
            const row = entry.row.cloneNode(true);
            row.cells[0].append(make("div", { class: "quiet", text: entry.file }));
            return row;
          }));
          const more = found.length > limit ? "; the first " + limit + " are shown" : "";
          rest.textContent = found.length + (found.length === 1 ? " test" : " tests") + more + ".";
        }

        field.addEventListener("input", update);
        order.addEventListener("change", update);
        search.append(field, order);
        search.hidden = false;
      }

      addSearch();
      route();
      document.documentElement.dataset.ready = "yes";
    })();
    """#
}
