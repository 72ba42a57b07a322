// `stowage live init`: what somebody needs to begin, as texts. Nothing is asked of AWS, nothing is created.

import type { InitAnswers } from "./answers.js";
import { cloudFormation } from "./cloudformation.js";
import { liveYaml } from "./live-yaml.js";
import { controllerPolicy, type PolicyDocument, replayPolicy } from "./policy.js";
import { initReadme } from "./readme.js";
import { terraform } from "./terraform.js";

export interface InitFile {
  /** Without a folder. */
  readonly name: string;
  readonly content: string;
}

/** The files, in the order in which people should read them. */
export function liveInit(answers: InitAnswers): InitFile[] {
  const policy = controllerPolicy(answers);
  return [
    { name: "README.md", content: initReadme(answers) },
    { name: "live.yaml", content: liveYaml(answers) },
    { name: "policy.json", content: jsonText(policy) },
    { name: "events.cloudformation.yaml", content: cloudFormation(answers, policy) },
    { name: "events.tf", content: terraform(answers) },
    { name: "policy-replay.json", content: jsonText(replayPolicy(answers)) },
  ];
}

function jsonText(policy: PolicyDocument): string {
  return `${JSON.stringify(policy, undefined, 2)}\n`;
}
