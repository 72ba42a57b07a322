// The named policies, in one table each: adding one is one file and one row.

import { MILLI } from "../base/units.js";
import type { Shape } from "../model/job.js";
import type { PlacementPolicy, ProvisioningPolicy } from "../model/policy.js";
import type { SystemTables } from "../model/tables.js";
import { BestFitIndex } from "./placement/best-fit.js";
import { DedicatedIndex } from "./placement/dedicated.js";
import { FirstFitIndex } from "./placement/first-fit.js";
import type { PlacementIndex } from "./placement/placement-index.js";
import { BestFitProvisioner } from "./provisioning/best-fit.js";
import { BestFitProgressiveProvisioner } from "./provisioning/best-fit-progressive.js";
import type { Candidates } from "./provisioning/candidates.js";
import { cheapestFor, JobPerInstanceProvisioner } from "./provisioning/job-per-instance.js";
import type { Provisioner } from "./provisioning/plan.js";
import type { Instances } from "./state/instances.js";

const PLACEMENT: Record<PlacementPolicy, (instances: Instances, tables: SystemTables) => PlacementIndex> = {
  "first-fit": (instances) => new FirstFitIndex(instances),
  "best-fit": (instances, tables) =>
    new BestFitIndex(instances, Math.ceil(Math.max(0, ...tables.instanceTypes.map((type) => type.vcpuMilli)) / MILLI)),
};

const PROVISIONING: Record<ProvisioningPolicy, (candidates: Candidates, tables: SystemTables) => Provisioner> = {
  "best-fit": (candidates, tables) => new BestFitProvisioner(candidates, tables),
  BEST_FIT_PROGRESSIVE: (candidates, tables) => new BestFitProgressiveProvisioner(candidates, tables),
  "job-per-instance": (candidates, tables) => new JobPerInstanceProvisioner(candidates, tables.shapes),
};

/** The placement index of one environment. One job per instance brings its own, whatever the placement policy. */
export function makePlacement(instances: Instances, candidates: Candidates, tables: SystemTables): PlacementIndex {
  const { strategy, shapes } = tables;
  if (strategy.provisioning !== "job-per-instance") return PLACEMENT[strategy.placement](instances, tables);
  const typeForShape = new Map<Shape, number>();
  for (const shape of shapes) {
    const candidate = cheapestFor(shape, candidates);
    if (candidate !== undefined) typeForShape.set(shape, candidate.instanceType);
  }
  return new DedicatedIndex(instances, typeForShape);
}

/** The provisioner of one environment. */
export function makeProvisioner(candidates: Candidates, tables: SystemTables): Provisioner {
  return PROVISIONING[tables.strategy.provisioning](candidates, tables);
}
