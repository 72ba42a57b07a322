// The product as it is in the sources at this moment, ready to run on any Node line: what `npm run build` makes, but in a
// folder of its own and without checking types, so that these tests depend on no earlier build and disturb none.

import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { buildReportRuntime } from "../../tools/build-report-runtime.mjs";
import { root } from "./engines.js";

/** Builds a copy of the package; returns its folder, which is inside the checkout, where its dependencies are found. */
export async function buildProductCopy(): Promise<string> {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache/product-"));
  await build({
    absWorkingDir: root,
    entryPoints: ["src/**/*.ts"],
    outdir: join(folder, "dist"),
    outbase: "src",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  cpSync(join(root, "src/catalog/data"), join(folder, "dist/catalog/data"), { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  await buildReportRuntime(join(folder, "dist/report/report-runtime.js"));
  return folder;
}
