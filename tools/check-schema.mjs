// @ts-check
// Is the committed JSON schema the one that the scenario language would give now? `npm run schema` writes it.

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTypescript } from "./run-typescript.mjs";

const SCHEMA = "schema/scenario.schema.json";

const root = fileURLToPath(new URL("../", import.meta.url));
const scratch = join(root, ".cache/check-schema");
mkdirSync(scratch, { recursive: true });
process.exitCode = await runTypescript("tools/build-schema.ts", [], { cwd: scratch });
if (
  process.exitCode === 0 &&
  readFileSync(join(root, SCHEMA), "utf8") !== readFileSync(join(scratch, SCHEMA), "utf8")
) {
  process.stdout.write(`${SCHEMA} is out of date: npm run schema\n`);
  process.exitCode = 1;
}
