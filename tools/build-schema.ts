// Writes schema/scenario.schema.json from the zod schema. Run from the checkout's root:
//   npx esbuild tools/build-schema.ts --bundle --platform=node --format=esm --packages=external \
//     --outfile=.cache/build-schema.mjs && node .cache/build-schema.mjs

import { mkdirSync, writeFileSync } from "node:fs";
import { scenarioJsonSchemaText } from "../src/scenario/json-schema.js";

mkdirSync("schema", { recursive: true });
writeFileSync("schema/scenario.schema.json", scenarioJsonSchemaText());
