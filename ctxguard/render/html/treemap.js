// The treemap: what is sent, by size. It zooms into folders, colors by kind and finds names.

const FOLDER = 0;
const FILE = 1;
const FOLDED = 2;
const HEADER = 20; // pixels of a folder's own line
const LEAST_SIDE = 3; // pixels below which nothing is drawn
const LEAST_INSIDE = 34; // pixels below which a folder is not opened
const MOST_TILES = 1200;
const MOST_FOUND = 50;
const COLORS = 10;

class Tree {
  constructor(report) {
    const map = report.map;
    this.map = map;
    this.children = map.parents.map(() => []);
    map.parents.forEach((parent, node) => {
      if (parent >= 0) this.children[parent].push(node);
    });
    for (const nodes of this.children) nodes.sort((one, other) => map.bytes[other] - map.bytes[one]);
    this.ways = ["type", "rule", "instruction"].filter((by) => map[by]);
    this.root = report.name || report.context.root;
  }

  name(node) {
    if (this.map.kinds[node] === FOLDED) return `… ${countText(this.map.files[node], "file")}`;
    return node === 0 ? this.root : this.map.names[node];
  }

  path(node) {
    const names = [];
    for (let at = node; at > 0; at = this.map.parents[at]) names.unshift(this.name(at));
    return names.join("/") || this.root;
  }

  above(node) {
    const nodes = [];
    for (let at = node; at >= 0; at = this.map.parents[at]) nodes.unshift(at);
    return nodes;
  }

  kind(node, by) {
    const number = this.map[by].nodes[node];
    return number < 0 ? "" : this.map[by].names[number];
  }

  isFolder(node) {
    return this.map.kinds[node] === FOLDER;
  }

  // The kinds that weigh most; the others share the last color.
  ranking(by) {
    const sums = new Map();
    this.map.parents.forEach((_, node) => {
      if (this.isFolder(node)) return;
      const number = this.map[by].nodes[node];
      sums.set(number, (sums.get(number) || 0) + this.map.bytes[node]);
    });
    return [...sums].sort((one, other) => other[1] - one[1]);
  }
}

class Treemap {
  constructor(report) {
    this.tree = new Tree(report);
    this.total = this.tree.map.bytes[0];
    this.at = 0;
    this.by = "type";
    this.wanted = "";
    this.focused = 0;
    this.build(report);
  }

  build(report) {
    this.crumbs = element("nav", { class: "crumbs", "aria-label": "Where the map is" });
    this.box = element("div", {
      class: "map",
      role: "tree",
      "aria-label": "Treemap of the build context",
      onkeydown: (event) => this.key(event),
      onclick: (event) => this.click(event),
    });
    this.told = element("p", { class: "told", role: "status", "aria-live": "polite" });
    this.legend = element("ul", { class: "legend", "aria-label": "Colors" });
    this.listed = element("div", { class: "listed" });
    this.found = element("div", { class: "found" });
    this.element = element(
      "section",
      { "aria-label": "Treemap" },
      element("h2", {}, report.image ? "What it shows in the end" : "What is sent"),
      element("div", { class: "controls" }, this.searching(), this.coloring()),
      this.found,
      this.crumbs,
      this.box,
      this.told,
      this.legend,
      this.listed,
    );
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  searching() {
    const input = element("input", {
      type: "search",
      id: "search",
      placeholder: "part of a name",
      oninput: () => this.search(input.value),
    });
    return element("label", { for: "search" }, "Find ", input);
  }

  coloring() {
    const buttons = this.tree.ways.map((by) =>
      element(
        "label",
        {},
        element("input", {
          type: "radio",
          name: "color",
          value: by,
          checked: by === this.by ? "" : null,
          onchange: () => this.color(by),
        }),
        by,
      ),
    );
    return element("fieldset", {}, element("legend", {}, "Color by"), ...buttons);
  }

  color(by) {
    this.by = by;
    this.draw();
  }

  zoom(node, focused = node) {
    this.at = node;
    this.focused = focused;
    this.draw();
    const tile = this.box.querySelector('[tabindex="0"]');
    if (tile) tile.focus();
    this.tell(this.focused);
  }

  tell(node) {
    const { map } = this.tree;
    const kinds = this.tree.ways
      .map((by) => [by, this.tree.kind(node, by)])
      .filter(([, kind]) => kind && !this.tree.isFolder(node))
      .map(([by, kind]) => `${by}: ${kind}`);
    const what = [
      this.tree.path(node) + (this.tree.map.kinds[node] === FOLDED ? "" : this.slash(node)),
      sizeText(map.bytes[node]),
      shareText(map.bytes[node], this.total),
      map.kinds[node] === FILE ? "" : countText(map.files[node], "file"),
      ...kinds,
    ];
    this.told.textContent = what.filter(Boolean).join(" · ");
  }

  slash(node) {
    return this.tree.isFolder(node) && node ? "/" : "";
  }

  draw() {
    this.colors = new Map(this.tree.ranking(this.by).slice(0, COLORS - 1).map(([number], at) => [number, at]));
    const box = { x: 0, y: 0, width: this.box.clientWidth, height: this.box.clientHeight };
    this.tiles = [];
    this.place(this.at, box, 1);
    if (!this.tiles.some((tile) => tile.node === this.focused)) this.focused = this.at;
    this.box.replaceChildren(...this.tiles.map((tile) => this.tile(tile)));
    this.drawCrumbs();
    this.drawLegend();
    this.drawListed();
  }

  // Breadth goes before depth only where there would be far too many tiles.
  place(node, box, level) {
    this.tiles.push({ node, level, ...box });
    if (!this.tree.isFolder(node)) return;
    if (box.width < LEAST_INSIDE || box.height < LEAST_INSIDE + HEADER) return;
    const inside = { x: box.x + 2, y: box.y + HEADER, width: box.width - 4, height: box.height - HEADER - 2 };
    const weight = (child) => this.tree.map.bytes[child];
    for (const placed of squarified(this.tree.children[node], weight, inside)) {
      if (placed.width < LEAST_SIDE || placed.height < LEAST_SIDE) continue;
      if (this.tiles.length >= MOST_TILES) return;
      this.place(placed.node, placed, level + 1);
    }
  }

  tile({ node, level, x, y, width, height }) {
    const { map } = this.tree;
    const open = this.tree.isFolder(node) && width >= LEAST_INSIDE && height >= LEAST_INSIDE + HEADER;
    const name = this.tree.name(node) + this.slash(node);
    const words = `${name}, ${sizeText(map.bytes[node])}, ${shareText(map.bytes[node], this.total)}`;
    const made = element("div", {
      class: this.classes(node, open),
      role: "treeitem",
      "aria-level": level,
      "aria-label": this.tree.isFolder(node) ? `${words}, ${countText(map.files[node], "file")}` : words,
      "aria-expanded": this.tree.isFolder(node) ? String(open) : null,
      "data-node": node,
      title: words,
      tabindex: node === this.focused ? 0 : -1,
    });
    if (width > 30 && height > 14) made.append(element("span", {}, `${name} ${sizeText(map.bytes[node])}`));
    Object.assign(made.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    return made;
  }

  classes(node, open) {
    const names = ["tile", open ? "open" : `color${this.colorOf(node)}`];
    if (this.tree.map.kinds[node] === FOLDED) names.push("folded");
    if (this.wanted) names.push(this.matches(node) ? "hit" : open ? "" : "dim");
    return names.join(" ");
  }

  colorOf(node) {
    const color = this.colors.get(this.tree.map[this.by].nodes[node]);
    return color === undefined ? COLORS - 1 : color;
  }

  drawCrumbs() {
    const links = this.tree.above(this.at).map((node) =>
      element(
        "button",
        { type: "button", "aria-current": node === this.at ? "true" : null, onclick: () => this.zoom(node) },
        this.tree.name(node),
      ),
    );
    this.crumbs.replaceChildren(...links.flatMap((link, at) => (at ? [" / ", link] : [link])));
  }

  drawLegend() {
    const ranking = this.tree.ranking(this.by);
    const rows = ranking.slice(0, COLORS - 1).map(([number, bytes], at) => [number < 0 ? "empty" : this.tree.map[this.by].names[number], bytes, at]);
    const rest = ranking.slice(COLORS - 1);
    if (rest.length) {
      const bytes = rest.reduce((sum, row) => sum + row[1], 0);
      rows.push([`${rest.length} more`, bytes, COLORS - 1]);
    }
    this.legend.replaceChildren(
      ...rows.map(([name, bytes, color]) =>
        element("li", {}, element("i", { class: `color${color}` }), `${name} `, element("b", {}, sizeText(bytes))),
      ),
    );
  }

  // The same as a table: what is too small for a tile has a row all the same.
  drawListed() {
    const { map } = this.tree;
    const total = map.bytes[this.at];
    const rows = this.tree.children[this.at].map((node) => [
      this.link(node, this.tree.name(node) + this.slash(node)),
      sizeText(map.bytes[node]),
      shareText(map.bytes[node], total),
      map.files[node].toLocaleString("en-US"),
    ]);
    const title = `In ${this.tree.path(this.at)}${this.slash(this.at)}`;
    this.listed.replaceChildren(element("details", {}, element("summary", {}, title), table(["path", "size", "share", "files"], rows)));
  }

  link(node, text) {
    if (this.tree.map.kinds[node] === FOLDED) return text;
    const to = this.tree.isFolder(node) ? node : this.tree.map.parents[node];
    return element("button", { type: "button", class: "link", onclick: () => this.zoom(to, node) }, text);
  }

  matches(node) {
    return this.tree.map.kinds[node] !== FOLDED && node > 0 && this.tree.map.names[node].toLowerCase().includes(this.wanted);
  }

  search(text) {
    this.wanted = text.trim().toLowerCase();
    this.draw();
    if (!this.wanted) return this.found.replaceChildren();
    const { map } = this.tree;
    const found = map.names.map((_, node) => node).filter((node) => this.matches(node));
    found.sort((one, other) => map.bytes[other] - map.bytes[one]);
    const rows = found
      .slice(0, MOST_FOUND)
      .map((node) => [this.link(node, this.tree.path(node) + this.slash(node)), sizeText(map.bytes[node]), shareText(map.bytes[node], this.total), map.files[node].toLocaleString("en-US")]);
    const more = found.length > MOST_FOUND ? `, the heaviest ${MOST_FOUND} of them here` : "";
    const words = element("p", { role: "status" }, `${countText(found.length, "path")} found${more}. ${this.searched()}`);
    this.found.replaceChildren(words, ...(rows.length ? [table(["path", "size", "share", "files"], rows)] : []));
  }

  searched() {
    const { map } = this.tree;
    const folded = map.kinds.reduce((sum, kind, node) => (kind === FOLDED ? sum + map.files[node] : sum), 0);
    return folded
      ? `Searched is what is shown; ${countText(folded, "file")} below ${sizeText(map.least)} each, or in folders below that, are folded and not searched.`
      : "Every file is shown and searched.";
  }

  click(event) {
    const tile = event.target.closest("[data-node]");
    if (tile) this.open(Number(tile.dataset.node));
  }

  open(node) {
    if (this.tree.isFolder(node)) return this.zoom(node === this.at && node ? this.tree.map.parents[node] : node, node);
    this.focus(node);
  }

  focus(node) {
    const tile = this.box.querySelector(`[data-node="${node}"]`);
    if (!tile) return;
    for (const each of this.box.querySelectorAll('[tabindex="0"]')) each.tabIndex = -1;
    this.focused = node;
    tile.tabIndex = 0;
    tile.focus();
    this.tell(node);
  }

  // As trees are moved through: up and down, into a folder and out of it.
  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = this.tiles.findIndex((tile) => tile.node === this.focused);
    const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.tiles.length - 1 }[event.key];
    if (step !== undefined) {
      const tile = this.tiles[Math.max(0, Math.min(step, this.tiles.length - 1))];
      if (tile) this.focus(tile.node);
    } else if (event.key === "Enter" || event.key === " " || event.key === "ArrowRight") {
      if (this.tree.isFolder(this.focused) && this.focused !== this.at) this.zoom(this.focused);
    } else if (event.key === "Escape" || event.key === "Backspace" || event.key === "ArrowLeft") {
      if (this.at > 0) this.zoom(this.tree.map.parents[this.at], this.at);
    } else {
      return;
    }
    event.preventDefault();
  }
}
