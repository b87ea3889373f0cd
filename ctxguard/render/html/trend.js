// The history as a line, with the budgets.

const WIDTH = 900;
const HEIGHT = 180;
const MARGIN = 4;

function trend(report) {
  const past = report.past;
  if (past.length < 2) return null;
  const limits = report.verdict.limits.filter((limit) => limit.name === "context-size");
  const most = Math.max(...past.map((each) => each.bytes), ...limits.map((limit) => limit.limit), 1);
  const times = past.map((each) => Date.parse(each.time));
  const span = Math.max(times[times.length - 1] - times[0], 1);
  const x = (at) => MARGIN + ((times[at] - times[0]) / span) * (WIDTH - 2 * MARGIN);
  const y = (bytes) => HEIGHT - MARGIN - (bytes / most) * (HEIGHT - 2 * MARGIN);
  const points = past.map((each, at) => `${x(at).toFixed(1)},${y(each.bytes).toFixed(1)}`);
  const first = past[0];
  const last = past[past.length - 1];
  const words = `${sizeText(first.bytes)} on ${first.time.slice(0, 10)}, ${sizeText(last.bytes)} on ${last.time.slice(0, 10)}`;
  const picture = drawn(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `Context size: ${words}`, class: "trend" },
    ...limits.flatMap((limit) => budgetLine(limit, y(limit.limit))),
    drawn("polyline", { points: points.join(" "), class: "sizes" }),
    ...past.map((each, at) => point(each, x(at), y(each.bytes))),
  );
  return element(
    "section",
    { "aria-label": "History" },
    element("h2", {}, "History"),
    element("p", {}, `${countText(past.length, "measurement")}: ${words}`),
    picture,
    element("details", {}, element("summary", {}, "As a table"), pastTable(past)),
  );
}

function budgetLine(limit, y) {
  const label = drawn("text", { x: MARGIN + 2, y: Math.max(y - 4, 10) });
  label.textContent = `${limit.tier} ${sizeText(limit.limit)}`;
  return [drawn("line", { x1: 0, x2: WIDTH, y1: y, y2: y, class: `budget ${limit.tier}` }), label];
}

function point(each, x, y) {
  const title = drawn("title");
  title.textContent = `${each.time.slice(0, 16)} ${sizeText(each.bytes)} ${(each.revision || "").slice(0, 8)}`;
  return drawn("circle", { cx: x, cy: y, r: 3 }, title);
}

function pastTable(past) {
  const rows = [...past].reverse().map((each) => [each.time.slice(0, 16).replace("T", " "), sizeText(each.bytes), (each.revision || "").slice(0, 8)]);
  return table(["time (UTC)", "size", "commit"], rows);
}
