/** Why the service cannot start: one line for each issue, so that one attempt shows them all. */
export class StartError extends Error {}
