// Bundles the script of report.html (a slim Vega) into one file, with the licences of everything in it.
// Usage: node tools/build-report-runtime.mjs [OUTFILE]   (default: dist/report/report-runtime.js)

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Writes the minified bundle to `outfile`, making its folder when needed. */
export async function buildReportRuntime(outfile) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/report/runtime/draw-charts.js"],
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2020",
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const licences = await collectLicences(Object.keys(metafile.inputs));
  await mkdir(dirname(resolve(outfile)), { recursive: true });
  await writeFile(outfile, `${outputFiles[0].text.trimEnd()}\n/*\n${licences.replaceAll("*/", "* /")}\n*/\n`);
}

/** Every distinct licence text of the bundled packages, headed by the packages that it covers. */
async function collectLicences(inputs) {
  const folders = new Set(inputs.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]));
  const packagesByText = new Map();
  for (const folder of [...folders].filter((folder) => folder !== undefined).sort()) {
    const files = await readdir(join(root, folder));
    const licence = files.find((file) => /^licen[cs]e/i.test(file));
    if (licence === undefined) throw new Error(`${folder} has no licence file`);
    const text = (await readFile(join(root, folder, licence), "utf8")).trim();
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), folder.replace(/^.*node_modules\//, "")]);
  }
  return [...packagesByText].map(([text, packages]) => `${packages.join(", ")}:\n\n${text}`).join("\n\n----\n\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildReportRuntime(process.argv[2] ?? join(root, "dist/report/report-runtime.js"));
}
