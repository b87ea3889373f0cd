// Limits, heaviest paths, findings and problems.

const NUMBERS = new Set(["size", "share", "files", "is", "at most", "nothing cached", "nothing changed", "layer", "wasted", "packages", "of unknown size", "frees"]);
const SHORT = new Set(["verdict"]);
const NAMES = new Set(["package", "declared"]);

// A row is a list of texts or elements.
function table(columns, rows) {
  const kinds = columns.map((name) => (NUMBERS.has(name) ? "number" : SHORT.has(name) ? "short" : NAMES.has(name) ? "name" : ""));
  const head = element("tr", {}, ...columns.map((name, at) => element("th", { scope: "col", class: kinds[at] }, name)));
  const body = rows.map((row) => element("tr", {}, ...row.map((cell, at) => element("td", { class: kinds[at] }, cell))));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}

function section(title, ...children) {
  return element("section", { "aria-label": title }, element("h2", {}, title), ...children.filter(Boolean));
}

function leftOut(number) {
  return number ? element("p", {}, `… and ${number.toLocaleString("en-US")} more; ctxguard report --format json lists all`) : null;
}

function limitsTable(report) {
  const show = (limit, number) => (limit.unit === "bytes" ? sizeText(number) : number.toLocaleString("en-US"));
  const rows = report.verdict.limits.map((limit) => [
    `${limit.tier} ${limit.name}${limit.scope ? ` ${limit.scope}` : ""}`,
    show(limit, limit.actual),
    show(limit, limit.limit),
    limit.headroom < 0 ? element("b", { class: limit.status }, `over by ${show(limit, -limit.headroom)}`) : `${show(limit, limit.headroom)} left`,
  ]);
  return section("Limits", table(["limit", "is", "at most", ""], rows), leftOut(report.limits_left_out));
}

function transfersTable(report) {
  const { transfer } = report;
  const rows = [];
  const add = (what, sizes) => sizes && rows.push([what, sizeText(sizes.bytes), sizeText(sizes.warm_bytes)]);
  add("COPY . /, with BuildKit", transfer.copy_all);
  for (const target of transfer.targets) {
    const name = target.name ? `stage ${target.name}` : "the last stage";
    if (target.buildkit) add(name, target.buildkit);
    else rows.push([`${name}: ${target.reason}`, "none", ""]);
  }
  if (transfer.legacy) rows.push(["the classic builder", sizeText(transfer.legacy.bytes), ""]);
  else rows.push([`the classic builder: ${transfer.legacy_reason}`, "none", ""]);
  const { lfs } = report;
  const pointers = lfs && element("p", {}, `${sizeText(lfs.bytes)} in ${countText(lfs.files, "file")} of Git LFS, of which ${lfs.counted === "content" ? "the content, as pointers tell it," : "the pointers alone"} counts.`);
  return section("What is transferred", table(["", "nothing cached", "nothing changed"], rows), leftOut(report.targets_left_out), pointers);
}

function heaviestTable(report) {
  if (!report.heaviest.length) return null;
  const rows = report.heaviest.map((row) => [
    row.path + (row.kind === "directory" ? "/" : ""),
    sizeText(row.bytes),
    shareText(row.bytes, report.size.bytes),
    row.files.toLocaleString("en-US"),
    row.brought_by.map((each) => `${each.file}:${each.line}`).join(", "),
  ]);
  return section("Heaviest", table(["path", "size", "share", "files", "brought by"], rows), leftOut(report.heaviest_left_out));
}

function findingsList(report) {
  if (!report.findings.length) return null;
  return section("Findings", element("ul", { class: "findings" }, ...report.findings.map(findingItem)), leftOut(report.findings_left_out));
}

function placeText(file, line) {
  return file ? `${file}${line ? `:${line}` : ""}` : "";
}

function findingItem(found) {
  const head = element(
    "p",
    {},
    element("b", { class: found.severity }, found.severity),
    ` ${found.code} `,
    element("code", {}, placeText(found.file || found.path, found.line)),
    ` ${found.message}`,
    found.bytes ? element("b", {}, `, ${sizeText(found.bytes)} at stake`) : "",
  );
  return element("li", {}, head, ...(found.fix ? fixOf(found.fix) : []));
}

function fixOf(fix) {
  const parts = [element("p", {}, `Fix: ${fix.description}`)];
  if (fix.command) parts.push(element("pre", {}, element("code", {}, fix.command)));
  for (const edit of fix.edits) {
    const gone = edit.delete ? `${edit.file}:${edit.line}: take out ${countText(edit.delete, "line")}` : `${edit.file}: before line ${edit.line}`;
    const text = [gone, ...edit.insert.map((line) => `+ ${line}`)].join("\n");
    parts.push(element("pre", {}, element("code", {}, text)));
  }
  return parts;
}

function problemsList(report) {
  if (!report.problems.length) return null;
  const items = report.problems.map((each) =>
    element("li", {}, element("b", {}, each.effect), ` ${each.code} `, element("code", {}, placeText(each.path, each.line)), ` ${each.message}`),
  );
  return section("Problems", element("ul", {}, ...items), leftOut(report.problems_left_out));
}

function groupsTable(report) {
  if (!report.groups) return null;
  const { groups } = report;
  const show = (name, row) => [name, sizeText(row.bytes), row.files.toLocaleString("en-US")];
  const rows = groups.rows.map((row) => show(row.instruction ? `${row.name} ${row.instruction.text}` : row.name || "no ending", row));
  if (groups.unasked) rows.push(show("no instruction", groups.unasked), show("brought by several", groups.several));
  return section(`By ${report.groups.by}`, table([report.groups.by, "size", "files"], rows), leftOut(report.groups.left_out));
}

function excludedTable(report) {
  if (!report.excluded) return null;
  const rows = report.excluded.rules.map((row) => [placeText(row.rule.file, row.rule.line), row.rule.text, sizeText(row.bytes), row.files.toLocaleString("en-US")]);
  const words = `${sizeText(report.excluded.bytes)} in ${countText(report.excluded.files, "file")}`;
  return section("Kept out by the ignore file", element("p", {}, words), table(["", "rule", "size", "files"], rows), leftOut(report.excluded.left_out));
}
