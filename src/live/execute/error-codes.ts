// What AWS's error codes mean for somebody who launches. EC2 has no list of what CreateFleet may answer: the codes are those that
// Karpenter has met (pkg/errors/errors.go); all others are told by how they begin.

import { RefusalReason } from "../../model/market.js";

export type ErrorClass =
  /** The pool has none now. */
  | "capacity"
  /** The subnet has no free address: none of its pools can launch. */
  | "subnet-full"
  | "quota"
  | "price"
  /** No spot instance can be launched at all. */
  | "spot-off"
  | "throttled"
  /** We may not: it stays so until somebody changes a policy. */
  | "unauthorized"
  /** What was asked for is wrong: it stays so until somebody changes the settings. */
  | "config"
  /** Our launch template is not there. */
  | "no-template"
  /** AWS's own trouble: nobody knows whether it was done. */
  | "transient"
  | "unknown";

const CODES: Readonly<Record<string, ErrorClass>> = {
  InsufficientInstanceCapacity: "capacity",
  InsufficientHostCapacity: "capacity",
  InsufficientCapacity: "capacity",
  UnfulfillableCapacity: "capacity",
  Unsupported: "capacity", // the type is not there in this zone
  MaxFleetCountExceeded: "capacity",
  ReservationCapacityExceeded: "capacity",
  InsufficientFreeAddressesInSubnet: "subnet-full",
  MaxSpotInstanceCountExceeded: "quota",
  VcpuLimitExceeded: "quota",
  InstanceLimitExceeded: "quota",
  SpotMaxPriceTooLow: "price",
  "AuthFailure.ServiceLinkedRoleCreationNotPermitted": "spot-off",
  RequestLimitExceeded: "throttled",
  RequestThrottled: "throttled",
  RequestThrottledException: "throttled",
  Throttling: "throttled",
  ThrottlingException: "throttled",
  ThrottledException: "throttled",
  TooManyRequestsException: "throttled",
  EC2ThrottledException: "throttled",
  SlowDown: "throttled",
  UnauthorizedOperation: "unauthorized",
  AccessDenied: "unauthorized",
  AccessDeniedException: "unauthorized",
  AuthFailure: "unauthorized",
  OptInRequired: "unauthorized",
  PendingVerification: "unauthorized",
  Blocked: "unauthorized",
  ExpiredToken: "unauthorized",
  ExpiredTokenException: "unauthorized",
  RequestExpired: "unauthorized",
  InvalidClientTokenId: "unauthorized",
  SignatureDoesNotMatch: "unauthorized",
  UnrecognizedClientException: "unauthorized",
  "InvalidLaunchTemplateName.NotFoundException": "no-template",
  "InvalidLaunchTemplateId.NotFound": "no-template",
  "InvalidLaunchTemplateId.NotFoundException": "no-template",
  InternalError: "transient",
  InternalFailure: "transient",
  ServerException: "transient",
  ServiceUnavailable: "transient",
  Unavailable: "transient",
};

/** InvalidParameterValue, InvalidAMIID.NotFound, InvalidUserData.Malformed, MissingParameter, ... */
const CONFIG = /^(Invalid|Missing|Malformed|Unknown|Validation|IdempotentParameterMismatch)/;

export function errorClass(code: string): ErrorClass {
  return CODES[code] ?? (CONFIG.test(code) ? "config" : "unknown");
}

/** How long the engine leaves a pool alone goes by these; what it has no word for is treated as lack of capacity. */
export function refusalReason(errors: ErrorClass): RefusalReason {
  switch (errors) {
    case "quota":
      return RefusalReason.Quota;
    case "throttled":
      return RefusalReason.Throttled;
    case "price":
      return RefusalReason.Price;
    default:
      return RefusalReason.Capacity;
  }
}

/** Whether asking again, or elsewhere, is of no use before somebody has changed something. */
export function needsSomebody(errors: ErrorClass): boolean {
  return errors === "unauthorized" || errors === "config" || errors === "no-template";
}
