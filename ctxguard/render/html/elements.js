// Making elements. A text is only ever set as text, so that no name can become markup.

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

function drawn(tag, properties = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(properties)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// As `format_size` in sizes.py has it.
function sizeText(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
  let number = bytes;
  let at = 0;
  while (Math.abs(number) >= 1000 && at < units.length - 1) {
    number /= 1000;
    at += 1;
  }
  return at ? `${number.toFixed(2)}${units[at]}` : `${bytes}B`;
}

function shareText(part, total) {
  return total ? `${((100 * part) / total).toFixed(1)} %` : "";
}

function countText(number, what) {
  return `${number.toLocaleString("en-US")} ${what}${number === 1 ? "" : "s"}`;
}
