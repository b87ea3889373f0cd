// An image: its layers and what is wasted.

function layersTable(report) {
  if (!report.image) return null;
  const { image } = report;
  const rows = image.layers.map((layer) => [
    layer.number.toLocaleString("en-US"),
    sizeText(layer.bytes),
    shareText(layer.bytes, report.size.bytes),
    layer.wasted_bytes ? sizeText(layer.wasted_bytes) : "",
    (layer.instruction || "an unknown step") + (layer.base ? " (base image)" : ""),
  ]);
  const words = `In the end it shows ${sizeText(image.shown.bytes)} in ${countText(image.shown.files, "file")}.`;
  return section("Layers", element("p", {}, words), table(["layer", "size", "share", "wasted", "instruction"], rows));
}

function wastedTable(report) {
  if (!report.image || !report.image.wasted.paths.length) return null;
  const { wasted } = report.image;
  const rows = wasted.paths.map((each) => [each.path, sizeText(each.bytes), `layer ${each.written_in}`, `${each.how} in layer ${each.gone_in}`]);
  const words = `${sizeText(wasted.bytes)} in ${countText(wasted.files, "file")}: written, and never shown.`;
  return section("Wasted", element("p", {}, words), table(["path", "size", "written in", "gone"], rows));
}

function packagesTable(report) {
  if (!report.image || !report.image.packages.length) return null;
  const rows = report.image.packages.map((each) => [`${each.name} ${each.version}`, each.kind, sizeText(each.bytes), each.files.toLocaleString("en-US")]);
  return section("Packages", table(["package", "of", "size", "files"], rows), leftOut(report.packages_left_out));
}
