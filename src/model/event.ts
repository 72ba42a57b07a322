// What the engine is told: a kind and a few numbers, whose meaning is given with the kind.
// Job and instance numbers are dense integers: the driver chooses job numbers and may reuse one after its job has ended;
// the engine chooses instance numbers in its launch actions.

export const EventKind = {
  /** subject: job; a: job class; b: run-time limit in ms or NaN. It is RUNNABLE from the moment it was submitted. */
  JobSubmitted: 0,
  /** subject: job; a: time the container started running, ms (NaN: it never did); b: packed outcome (outcome.ts). */
  JobEnded: 1,
  /** subject: instance; a: the pool it runs in, one of those that its launch allowed. EC2 reports it running: billing starts. */
  InstanceRunning: 2,
  /** subject: instance; b: memory that it registered with, MiB (0: not told). Its ECS agent registered: jobs can be placed. */
  InstanceRegistered: 3,
  /** subject: instance. EC2 would not launch it in any pool that was allowed; a PoolRefused for each of them came before. */
  LaunchRefused: 4,
  /** subject: instance. The end that we asked for is done. */
  InstanceTerminated: 5,
  /** No subject: a wake-up that an action asked for. */
  Wake: 6,
  /** subject: job; a and b as for JobSubmitted. Its dependencies have succeeded: it goes from PENDING to RUNNABLE. */
  JobReleased: 7,
  /** subject: job; a and b as for JobSubmitted. A failed attempt is retried: it goes to the front of its queue. */
  JobRetried: 8,
  /** subject: job; b: packed outcome. It failed without an attempt; it leaves the queue if it waits there. */
  JobCancelled: 9,
  /** subject: job; a: job class. It was submitted, and its dependencies are not met yet: JobReleased or JobCancelled follows. */
  JobPending: 10,
  /**
   * subject: job; a: name, a small number; b: it saves its work every so many ms of its run (0: never; NaN: it has no second
   * attempt). Comes before JobSubmitted or JobPending, where the engine is to learn.
   */
  JobNamed: 11,
  /** subject: job; a: most memory that the attempt which ends now has used, MiB. Comes before JobEnded, where it is known. */
  JobMeasured: 12,
  /** subject: pool; a: its new price, micro-USD per hour. */
  PriceChanged: 13,
  /** subject: pool; a: RefusalReason (market.ts). EC2 would not launch an instance there. */
  PoolRefused: 14,
  /** subject: instance. EC2 expects to take it back; no time is given. */
  RebalanceRecommended: 15,
  /** subject: instance; a: when EC2 will take it, ms. The interruption notice. */
  InterruptionWarned: 16,
  /**
   * subject: instance; a: EndCause (market.ts). It is gone, and we did not ask for it. The ends of its jobs come before it,
   * where the driver knows of them, or later.
   */
  InstanceLost: 17,
  /**
   * subject: job; a: ms of the run of the attempt which ends now that a checkpoint has saved: the next attempt does not repeat
   * them. Comes before JobEnded, where there is anything saved.
   */
  JobCheckpointed: 18,
  /**
   * subject: job; a: instance, NONE when it is one that the engine does not know. AWS Batch has placed the job there: it is
   * STARTING. Only where Batch places (SystemTables.placedBy).
   */
  JobPlaced: 19,
  /** subject: instance. The end that we asked for is not to be: a job has come in between. It takes jobs as before. */
  InstanceKept: 20,
  /**
   * subject: instance, the next number that the engine would give; a: pool; b: compute environment. It exists though this
   * engine did not launch it: found by its tags after a restart, or somebody else's. InstanceRunning follows.
   */
  InstanceFound: 21,
  /** As InstanceFound; but somebody else's: jobs may be placed on it, and it is never ours to end. */
  ForeignFound: 22,
  /** subject: instance; a: 1: somebody else (its agent, the user) has set it to DRAINING; 0: back to ACTIVE. */
  InstanceDrained: 23,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];
