/** What one vCPU bears with room to spare, a second task being up before it is needed: docs/scale.md. */
const REQUESTS_PER_VCPU_AND_MINUTE = 60_000;
const UNITS_PER_VCPU = 1024;

/** Requests that a task of this size gets before there are to be more. A process decides on one core, however many there are. */
export function requestsPerMinute(cpuUnits: number): number {
  return Math.round(REQUESTS_PER_VCPU_AND_MINUTE * Math.min(cpuUnits / UNITS_PER_VCPU, 1));
}
