/** A case that cannot be decided. The message is one sentence for its author, or two. */
export class CaseError extends Error {}
