/** Where the identity server sends its requests. */
export const ACTION_PATH = '/pre-issue-access-token';

/** Responds with 200 while the process is alive: the container's health check. */
export const LIVENESS_PATH = '/healthz';

/** Responds with 200 until the service drains, then with 503: the load balancer's health check. */
export const READINESS_PATH = '/readyz';
