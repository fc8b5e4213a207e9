/** Where the identity server sends its requests. */
export const ACTION_PATH = '/pre-issue-access-token';

/** Responds with 200 while the process is alive: the container's health check. */
export const LIVENESS_PATH = '/healthz';

/** Responds with 200 while the service accepts requests, with 503 while it drains: the load balancer's health check. */
export const READINESS_PATH = '/readyz';
