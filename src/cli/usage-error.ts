// A command line that cannot be understood: yargs' own complaints, put the way all other problems are told, with the nearest
// command or option and where to read more.

import { didYouMean, errorIssue, InputError, type Issue } from "../base/issues.js";

/** What yargs says when a command is missing; then the list of commands is what helps. */
export const SAY_A_COMMAND = "Say what to do: one of the commands above.";

export class UsageError extends InputError {
  /** The help of the command that was called. */
  readonly help: string;
  /** Shown under the issues. */
  readonly advice: string;
  constructor(message: string, help: string) {
    super(message === SAY_A_COMMAND ? [] : issuesOf(message, help));
    this.help = help;
    this.advice = message === SAY_A_COMMAND ? `${help}\n\n${SAY_A_COMMAND}` : seeHelp(help);
  }
}

/** Refuses what yargs lets pass: numbers that are none, texts that are empty, options given twice (it makes them lists). */
export function checkOptions(given: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(given)) {
    // Every option comes twice, as typed and in camelCase; `_`, the scenarios and the files may be lists.
    if (name !== name.toLowerCase() || ["_", "scenarios", "files", "step", "set", "stress"].includes(name)) continue;
    if (Array.isArray(value)) throw new Error(`--${name} is given more than once`);
    if (Number.isNaN(value)) throw new Error(`--${name} needs a number`);
    if (value === "") throw new Error(`${typedOption(name) ?? name} is empty`);
  }
  return true;
}

/** yargs' message in the form of issues. Its texts are those of its English locale, which main.ts sets. */
function issuesOf(message: string, help: string): Issue[] {
  const unknown = /^Unknown (?:argument|command)s?: (.+)$/.exec(message)?.[1];
  if (unknown !== undefined) return unknownWords(unknown.split(", "), help);
  if (/^Not enough non-option arguments/.test(message)) return [usageIssue("an argument is missing")];
  const withoutValue = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (withoutValue !== undefined) return [usageIssue(`--${withoutValue} needs a value`)];
  const choices = [...message.matchAll(/Argument: (.+), Given: (.+), Choices: (.+)/g)];
  if (choices.length === 0) return [usageIssue(message)];
  return choices.map(([, name, given, allowed]) => {
    const shown = optionsIn(help).includes(`--${name}`) ? `--${name}` : name!;
    const nearest = didYouMean(unquoted(given!), allowed!.split(", ").map(unquoted));
    const hint = [nearest, `choices: ${allowed}`].filter((text) => text !== undefined).join(" ");
    return usageIssue(`${shown} cannot be ${given}`, hint);
  });
}

/** Without a known command, the first word is at fault, and nothing is known about the others. */
function unknownWords(words: readonly string[], help: string): Issue[] {
  const options = words.flatMap((word) => typedOption(word) ?? []);
  const others = words.filter((word) => typedOption(word) === undefined);
  const commands = commandsIn(help);
  return [
    ...others
      .slice(0, commands.length === 0 ? others.length : 1)
      .map((word) =>
        commands.length === 0
          ? usageIssue(`"${word}" is one argument too many`)
          : usageIssue(`there is no command "${word}"`, didYouMean(word, commands)),
      ),
    ...options.map((option) => {
      const prefix = option.startsWith("--no-") ? "--no-" : "--";
      const known = optionsIn(help).map((name) => name.replace("--", prefix));
      return usageIssue(`there is no option ${option}`, didYouMean(option, known));
    }),
  ];
}

/** The option as it was typed, which yargs knows without its dashes; undefined when the word is no option. */
function typedOption(word: string): string | undefined {
  const typed = process.argv.find((arg) => /^-/.test(arg) && arg.replace(/^--?(no-)?/, "").split("=")[0] === word);
  return typed?.split("=")[0];
}

function usageIssue(message: string, hint?: string): Issue {
  return errorIssue("usage", message, hint === undefined ? {} : { hint });
}

/** The first line of a command's help tells how it is called. */
function seeHelp(help: string): string {
  const usage = help.split("\n", 1)[0]!;
  const command = usage.replace(/ [<[].*/, "");
  return `Usage: ${usage}\nMore:  ${command} --help`;
}

function optionsIn(help: string): string[] {
  return [...help.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1]!);
}

function commandsIn(help: string): string[] {
  const list = /^Commands:\n((?: .*\n)+)/m.exec(help)?.[1] ?? "";
  return [...list.matchAll(/^ +stowage((?: [a-z]+)+)/gm)].map((match) => match[1]!.split(" ").at(-1)!);
}

function unquoted(text: string): string {
  return text.replaceAll('"', "");
}
