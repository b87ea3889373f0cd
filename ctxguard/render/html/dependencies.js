// The Python packages that a project asks for.

function dependenciesTable(report) {
  if (!report.dependencies) return null;
  const { dependencies } = report;
  return section(
    "Dependencies",
    element("p", {}, inAllText(dependencies)),
    sumsTable(dependencies),
    rowsTable(dependencies),
    leftOut(dependencies.rows_left_out),
    labelled("Imported, and declared nowhere:", dependencies.undeclared.map((each) => `${each.module} in ${placeText(each.file, each.line)}`)),
    leftOut(dependencies.undeclared_left_out),
    labelled("What could not be looked at:", dependencies.problems),
    leftOut(dependencies.problems_left_out),
  );
}

// Columns of sizes are there only where something was measured.
function sumsTable(dependencies) {
  const measured = dependencies.bytes !== null;
  const rows = Object.entries(dependencies.sums).map(([verdict, sum]) => [wordsOf(verdict), sum.packages.toLocaleString("en-US"), ...(measured ? [sumText(sum), sum.unknown.toLocaleString("en-US")] : [])]);
  return table(["verdict", "packages", ...(measured ? ["size", "of unknown size"] : [])], rows);
}

function rowsTable(dependencies) {
  if (!dependencies.rows.length) return null;
  const measured = dependencies.bytes !== null;
  const rows = dependencies.rows.map((row) => [row.name, ...(measured ? [exclusiveText(row)] : []), wordsOf(row.verdict), whyText(row), row.declared.map((place) => placeText(place.file, place.line)).join(", ")]);
  return table(["package", ...(measured ? ["frees"] : []), "verdict", "why", "declared"], rows);
}

function wordsOf(verdict) {
  return verdict.replaceAll("-", " ");
}

function inAllText(dependencies) {
  const number = Object.values(dependencies.sums).reduce((all, sum) => all + sum.packages, 0);
  const packages = countText(number, "package");
  return dependencies.bytes === null ? `${packages}, weighed nowhere` : `${sizeText(dependencies.bytes)} in ${packages}, measured in ${dependencies.measured}`;
}

// As `size_text` in packages.py has it.
function sumText(sum) {
  return sum.packages && sum.packages === sum.unknown ? "unknown" : sizeText(sum.bytes);
}

function exclusiveText(row) {
  return row.exclusive_bytes === null ? "unknown" : sizeText(row.exclusive_bytes);
}

function whyText(row) {
  const parts = row.evidence.slice(0, 1).map((each) => (each.file ? `${each.message} (${placeText(each.file, each.line)})` : each.message));
  if (row.redundant_with.length) parts.push(`does the same job as ${row.redundant_with.join(", ")}`);
  if (row.question) parts.push(row.question);
  return parts.join("; ");
}

function labelled(label, texts) {
  if (!texts.length) return null;
  return element("div", {}, element("p", {}, label), element("ul", {}, ...texts.map((text) => element("li", {}, text))));
}
