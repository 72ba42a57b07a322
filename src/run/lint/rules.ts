// All rules, in the order of docs/lint.md: jobs against instances, retries and timeouts, shapes of work, shares, environments.

import { consumableUsedUp } from "./consumable-used-up.js";
import type { LintRule } from "./finding.js";
import { idleReservation } from "./idle-reservation.js";
import { largerThanAnyInstance } from "./larger-than-any-instance.js";
import { maxVcpusTooSmall } from "./max-vcpus-too-small.js";
import { memoryBoundary } from "./memory-boundary.js";
import { minVcpusIdle } from "./min-vcpus-idle.js";
import { missingShare } from "./missing-share.js";
import { multiNodeUnsupported } from "./multi-node-unsupported.js";
import { scaleDownDelay } from "./scale-down-delay.js";
import { spotWithoutRetry } from "./spot-without-retry.js";
import { strandingRatio } from "./stranding-ratio.js";
import { timeoutBelowP99 } from "./timeout-below-p99.js";
import { timeoutFarAbove } from "./timeout-far-above.js";
import { tooManyDependencies } from "./too-many-dependencies.js";
import { unreachableExitRule } from "./unreachable-exit-rule.js";
import { weightFactor } from "./weight-factor.js";

export const LINT_RULES: readonly LintRule[] = [
  largerThanAnyInstance,
  memoryBoundary,
  strandingRatio,
  spotWithoutRetry,
  unreachableExitRule,
  timeoutBelowP99,
  timeoutFarAbove,
  tooManyDependencies,
  multiNodeUnsupported,
  consumableUsedUp,
  missingShare,
  weightFactor,
  idleReservation,
  maxVcpusTooSmall,
  minVcpusIdle,
  scaleDownDelay,
];
