// The grid of a roster by keyboard and mouse: arrows move, Shift with arrows or dragging selects, a letter writes a
// shift, r a promised rest, Delete leaves the cell to the computer; a finger presses the shift in the legend. From outside,
// e goes into the grid. The server answers with the rows that changed.

import { attach } from "dangban/attach";
import { isComposing } from "dangban/keys";

attach("[data-roster]", (table) => new Roster(table));

class Roster {
  constructor(table) {
    this.table = table;
    this.here = null;
    this.from = null;
    this.dragging = false;
    this.sent = Promise.resolve();
    this.letters = letters(table);
    table.addEventListener("keydown", (event) => this.pressed(event));
    table.addEventListener("mousedown", (event) => this.touched(event));
    table.addEventListener("mouseover", (event) => this.dragging && this.go(cellOf(event), true));
    document.addEventListener("mouseup", () => (this.dragging = false));
    for (const button of document.querySelectorAll("[data-roster-write]")) {
      button.addEventListener("click", () => this.here && this.write(button.dataset.rosterWrite));
    }
    const first = table.querySelector("[data-cell]");
    if (first) first.tabIndex = 0;
    for (const button of document.querySelectorAll("[data-roster-enter]")) {
      button.addEventListener("click", () => this.go(table.querySelector('[data-cell][tabindex="0"]') ?? first, false));
    }
    // Opened by its key, a form is filled in without the mouse.
    for (const form of document.querySelectorAll(".roster-acts details")) {
      form.addEventListener("toggle", () => form.open && form.querySelector("input:not([type=hidden]), select")?.focus());
    }
  }

  touched(event) {
    const cell = cellOf(event);
    if (!cell || event.button !== 0) return;
    event.preventDefault();
    this.dragging = true;
    this.go(cell, event.shiftKey);
  }

  pressed(event) {
    const cell = cellOf(event);
    if (!cell || isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.here !== cell) this.go(cell, false);
    const [down, right] = STEPS[event.key] ?? [];
    if (down !== undefined) return this.step(event, down, right);
    const key = event.key.toLowerCase();
    const shift = key === "delete" || key === "backspace" ? "clear" : key === "r" ? "rest" : this.letters[key];
    if (!shift) return;
    event.preventDefault();
    event.stopPropagation();
    this.write(shift);
  }

  step(event, down, right) {
    event.preventDefault();
    const rows = [...this.table.tBodies[0].rows];
    const row = rows.indexOf(this.here.parentElement) + down;
    const cells = rows[row] ? [...rows[row].querySelectorAll("[data-cell]")] : [];
    const column = [...this.here.parentElement.querySelectorAll("[data-cell]")].indexOf(this.here) + right;
    if (cells[column]) this.go(cells[column], event.shiftKey);
  }

  go(cell, selecting) {
    if (!cell) return;
    this.here = cell;
    if (!selecting || !this.from) this.from = cell.dataset.cell;
    for (const other of this.table.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus({ preventScroll: false });
    this.show();
  }

  // The rectangle between where the selection began and where one is.
  chosen() {
    const rows = [...this.table.tBodies[0].rows].map((row) => [...row.querySelectorAll("[data-cell]")]);
    const place = (name) => {
      for (const [row, cells] of rows.entries()) {
        const column = cells.findIndex((cell) => cell.dataset.cell === name);
        if (column >= 0) return [row, column];
      }
      return null;
    };
    const one = place(this.from);
    const other = place(this.here.dataset.cell);
    if (!one || !other) return [this.here];
    const [top, bottom] = [Math.min(one[0], other[0]), Math.max(one[0], other[0])];
    const [left, end] = [Math.min(one[1], other[1]), Math.max(one[1], other[1])];
    return rows.slice(top, bottom + 1).flatMap((cells) => cells.slice(left, end + 1));
  }

  show() {
    for (const cell of this.table.querySelectorAll("[data-chosen]")) delete cell.dataset.chosen;
    for (const cell of this.chosen()) cell.dataset.chosen = "";
  }

  // One after the other: each sends what it sees, which is what the one before has written.
  write(shift) {
    const cells = this.chosen().map((cell) => cell.dataset.cell);
    const name = this.here.dataset.cell;
    this.sent = this.sent.then(() => this.send(shift, cells, name)).catch(() => {});
    return this.sent;
  }

  async send(shift, cells, name) {
    // What was seen goes along: what somebody else has changed meanwhile is not written over.
    const was = cells.map((cell) => this.table.querySelector(`[data-cell="${CSS.escape(cell)}"]`)?.dataset.was ?? "");
    const version = document.getElementById("roster-version")?.value ?? "";
    await htmx.ajax("POST", this.table.dataset.roster, { source: this.table, swap: "none", values: { shift, cell: cells, was, version } });
    const now = this.here?.dataset.cell ?? name;
    const back = this.table.querySelector(`[data-cell="${CSS.escape(now)}"]`);
    if (back) this.go(back, cells.length > 1 || now !== name);
  }
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function cellOf(event) {
  return event.target.closest("[data-cell]");
}

function letters(table) {
  return JSON.parse(table.dataset.letters);
}
