// The scenario language as JSON Schema, for completion and checking in editors. Draft 7 is what yaml-language-server reads.

import { z } from "zod";
import { scenarioSchema } from "./schema.js";

/** Content of schema/scenario.schema.json. */
export function scenarioJsonSchemaText(): string {
  const schema = z.toJSONSchema(scenarioSchema, {
    target: "draft-7",
    io: "input",
    override: ({ jsonSchema }) => {
      // zod states the range of exact integers with every whole number; to a reader that is noise.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return `${JSON.stringify({ title: "Stowage scenario", ...schema }, undefined, 2)}\n`;
}
