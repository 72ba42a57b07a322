// Parameters of the workload models: numbers with a name, a default, a range and a meaning. Users set them by
// `name=value`; everything wrong with what they set is told at once.

import { didYouMean, errorIssue, type Issue, throwIfErrors } from "../../base/issues.js";

export interface Parameter {
  readonly default: number;
  /** The range, both ends included. */
  readonly min: number;
  readonly max: number;
  /** Only whole numbers. */
  readonly isWhole?: boolean;
  /** What it is, with the unit and, where it is not obvious, the reason of the default. */
  readonly meaning: string;
}

export type ParameterTable<Name extends string = string> = Readonly<Record<Name, Parameter>>;
export type Values<Name extends string> = Readonly<Record<Name, number>>;

/** The defaults, with `settings` ("name=value") in their place. Throws InputError with everything wrong with them. */
export function readSettings<Name extends string>(
  table: ParameterTable<Name>,
  settings: readonly string[],
): Values<Name> {
  const known = new Map<string, Parameter>(Object.entries(table));
  const values = new Map([...known].map(([name, parameter]) => [name, parameter.default]));
  const issues: Issue[] = [];
  const given = new Set<string>();
  for (const setting of settings) {
    const [name, text] = splitSetting(setting);
    const issue = given.has(name)
      ? errorIssue("parameter-twice", `the parameter ${name} is set twice`, { path: setting })
      : settingIssue(setting, name, text, known);
    given.add(name);
    if (issue === undefined) values.set(name, Number(text));
    else issues.push(issue);
  }
  throwIfErrors(issues);
  return Object.fromEntries(values) as Record<Name, number>;
}

function splitSetting(setting: string): [name: string, text: string] {
  const end = setting.indexOf("=");
  return end < 0 ? [setting.trim(), ""] : [setting.slice(0, end).trim(), setting.slice(end + 1).trim()];
}

function settingIssue(
  setting: string,
  name: string,
  text: string,
  known: ReadonlyMap<string, Parameter>,
): Issue | undefined {
  const parameter = known.get(name);
  if (parameter === undefined) {
    const hint = didYouMean(name, [...known.keys()]) ?? "--parameters lists those that there are";
    return errorIssue("unknown-parameter", `the model has no parameter ${JSON.stringify(name)}`, {
      path: setting,
      hint,
    });
  }
  const value = text === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) {
    return errorIssue("bad-parameter", `${name} needs a number`, {
      path: setting,
      hint: `${name}=${parameter.default}`,
    });
  }
  const { min, max, isWhole } = parameter;
  if (value >= min && value <= max && (isWhole !== true || Number.isInteger(value))) return undefined;
  const kind = isWhole === true ? "a whole number" : "a number";
  return errorIssue("bad-parameter", `${name} must be ${kind} from ${min} to ${max}`, { path: setting });
}
