/** The requests that one vCPU handles with enough headroom to start another task in time; see docs/scale.md. */
const REQUESTS_PER_VCPU_MINUTE = 60_000;
const UNITS_PER_VCPU = 1024;

/** Returns the requests per task and minute above which the service scales out. A task uses at most one core. */
export function requestsPerTaskAndMinute(cpuUnits: number): number {
  return Math.round(REQUESTS_PER_VCPU_MINUTE * Math.min(cpuUnits / UNITS_PER_VCPU, 1));
}
