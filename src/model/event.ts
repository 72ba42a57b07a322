// What the engine is told: a kind and a few numbers, whose meaning is given with the kind.
// Job and instance numbers are dense integers: the driver chooses job numbers and may reuse one after its job has ended;
// the engine chooses instance numbers in its launch actions.

export const EventKind = {
  /** subject: job; a: job class; b: run-time limit in ms or NaN. */
  JobSubmitted: 0,
  /** subject: job; a: time the container started running, ms; b: exit code. */
  JobEnded: 1,
  /** subject: instance. EC2 reports it running: billing starts. */
  InstanceRunning: 2,
  /** subject: instance. Its ECS agent registered: jobs can be placed. */
  InstanceRegistered: 3,
  /** subject: instance. EC2 would not launch it (insufficient capacity, quota). */
  LaunchRefused: 4,
  /** subject: instance. It is gone; whatever ran on it is reported separately. */
  InstanceTerminated: 5,
  /** No subject: a wake-up that an action asked for. */
  Wake: 6,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];
