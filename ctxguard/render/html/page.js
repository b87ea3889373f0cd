// The page: one report at a time, with a row of buttons if there are several.

const data = JSON.parse(document.getElementById("data").textContent);
const page = document.getElementById("page");
const body = element("div");

function nameOf(report) {
  return report.name || report.context.root;
}

function headline(report) {
  const { context, size, verdict } = report;
  const words = report.words.replace(/^[A-Z]+: /, "");
  const what = report.image ? [report.image.id.slice(0, 19), report.image.created] : [context.backend, context.dockerfile, context.ignore_file, context.revision && `commit ${context.revision.slice(0, 8)}`];
  return element(
    "header",
    {},
    element("h1", {}, nameOf(report)),
    element("p", { class: "size" }, sizeText(size.bytes), element("small", {}, ` in ${countText(size.files, "file")}`)),
    element("p", {}, element("b", { class: `status ${verdict.status}` }, verdict.status), ` ${words}`),
    element("p", { class: "what" }, what.filter(Boolean).join(" · ")),
  );
}

function show(report) {
  const parts = [
    headline(report),
    problemsList(report),
    layersTable(report),
    new Treemap(report).element,
    findingsList(report),
    heaviestTable(report),
    wastedTable(report),
    packagesTable(report),
    dependenciesTable(report),
    limitsTable(report),
    trend(report),
    report.image ? null : transfersTable(report),
    groupsTable(report),
    excludedTable(report),
  ];
  body.replaceChildren(...parts.filter(Boolean));
  document.title = `${sizeText(report.size.bytes)} ${report.verdict.status}: ${nameOf(report)}`;
}

function choice() {
  const buttons = data.reports.map((report) =>
    element("button", { type: "button", onclick: () => choose(report, buttons) }, `${nameOf(report)} ${sizeText(report.size.bytes)} `, element("b", { class: `status ${report.verdict.status}` }, report.verdict.status)),
  );
  buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(at === 0)));
  return element("nav", { class: "choice", "aria-label": "Build contexts" }, ...buttons);
}

function choose(report, buttons) {
  buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(data.reports[at] === report)));
  show(report);
}

function failuresList() {
  if (!data.failures.length) return null;
  const items = data.failures.map((each) => element("li", {}, element("b", { class: "critical" }, each.name), ` ${each.message}`));
  return section("Not measured", element("ul", {}, ...items));
}

page.replaceChildren(...[failuresList(), data.reports.length > 1 ? choice() : null, body].filter(Boolean), element("footer", {}, `ctxguard ${data.version}. Sizes are powers of 1000, as docker prints them.`));
if (data.reports.length) show(data.reports[0]);
