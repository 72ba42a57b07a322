// Quantities are plain numbers whose names carry their unit. These are the conversion factors between those units.

export const MS_PER_SECOND = 1_000;
export const MS_PER_MINUTE = 60_000;
export const MS_PER_HOUR = 3_600_000;
export const MS_PER_DAY = 86_400_000;

/** vCPUs and GPUs are counted in thousandths, so that Fargate's 0.25 vCPU and a 0.22 GPU share stay integers. */
export const MILLI = 1_000;

/** Money is counted in millionths of a US dollar: EC2 prices have at most six decimals. */
export const MICRO_USD = 1_000_000;

export const MIB_PER_GIB = 1_024;
