// What the way out takes, in milliseconds from SIGTERM. Each of these fits into the one after it, and all
// of them into the stop timeout of the task.

/**
 * How long requests are still taken, by default. A load balancer goes on sending for 1 to 2 s after it was
 * told to stop; so this is twice as long.
 */
export const DEFAULT_DRAIN_DELAY_MS = 4_000;
export const MAX_DRAIN_DELAY_MS = 15_000;

/** Beyond the deadline of a decision, for an answer to be written. */
export const CLOSE_GRACE_MS = 1_000;

/** By then everything should have ended by itself. ECS sends SIGKILL after its stop timeout, 30 s. */
export const FORCED_EXIT_MS = 25_000;
