// Rectangles for the nodes of a treemap: "squarified", after Bruls, Huizing and van Wijk,
// Squarified Treemaps, 2000. Rows are filled along the shorter side as long as that makes the worst
// of their rectangles squarer.

function squarified(nodes, weightOf, box) {
  const total = nodes.reduce((sum, node) => sum + weightOf(node), 0);
  const placed = [];
  if (total <= 0 || box.width <= 0 || box.height <= 0) return placed;
  const scale = (box.width * box.height) / total;
  const waiting = nodes
    .map((node) => ({ node, area: weightOf(node) * scale }))
    .filter((item) => item.area > 0)
    .sort((one, other) => other.area - one.area);
  let left = box;
  let at = 0;
  while (at < waiting.length) {
    const side = Math.min(left.width, left.height);
    const end = endOfRow(waiting, at, side);
    left = placeRow(waiting.slice(at, end), left, placed);
    at = end;
  }
  return placed;
}

function endOfRow(waiting, start, side) {
  let sum = waiting[start].area;
  let worst = worstRatio(waiting[start].area, waiting[start].area, sum, side);
  let end = start + 1;
  while (end < waiting.length) {
    const more = sum + waiting[end].area;
    const ratio = worstRatio(waiting[start].area, waiting[end].area, more, side);
    if (ratio > worst) break;
    [sum, worst, end] = [more, ratio, end + 1];
  }
  return end;
}

function worstRatio(largest, smallest, sum, side) {
  const square = side * side;
  return Math.max((square * largest) / (sum * sum), (sum * sum) / (square * smallest));
}

function placeRow(row, box, placed) {
  const sum = row.reduce((total, item) => total + item.area, 0);
  const wide = box.width >= box.height;
  const side = wide ? box.height : box.width;
  const thickness = side > 0 ? sum / side : 0;
  let along = wide ? box.y : box.x;
  for (const { node, area } of row) {
    const length = thickness > 0 ? area / thickness : 0;
    placed.push(
      wide
        ? { node, x: box.x, y: along, width: thickness, height: length }
        : { node, x: along, y: box.y, width: length, height: thickness },
    );
    along += length;
  }
  return wide
    ? { x: box.x + thickness, y: box.y, width: box.width - thickness, height: box.height }
    : { x: box.x, y: box.y + thickness, width: box.width, height: box.height - thickness };
}
