// Answers each page, a line of JSON, with defuddle's content. The argument is the folder of its packages.
const { createInterface } = require("node:readline");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const load = (...parts) => import(pathToFileURL(join(process.argv[2], ...parts)).href);
// What the packages print is no answer.
console.log = console.info = console.warn = console.debug = () => {};

async function main() {
  const [{ Defuddle }, { parseHTML }] = await Promise.all([
    load("defuddle", "dist", "node.js"),
    load("linkedom", "esm", "index.js"),
  ]);
  for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
      const { document } = parseHTML(JSON.parse(line).html);
      // It would fetch what a page lacks from the web.
      const { content } = await Defuddle(document, undefined, { useAsync: false });
      answer = { content };
    } catch (error) {
      answer = { error: String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

main();
