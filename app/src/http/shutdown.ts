// Shutdown timeouts, in milliseconds from SIGTERM. Each is shorter than the next one, and all are shorter than
// the stop timeout of the task (30 s), after which ECS sends SIGKILL.

/** How long new requests are accepted. A load balancer sends them for 1 to 2 s after it has been told to stop. */
export const DEFAULT_DRAIN_DELAY_MS = 4_000;
export const MAX_DRAIN_DELAY_MS = 15_000;

/** Added to the deadline of a decision, for its response to be written. */
export const CLOSE_GRACE_MS = 1_000;

/** When the process exits although something is still running. */
export const FORCED_EXIT_MS = 25_000;
