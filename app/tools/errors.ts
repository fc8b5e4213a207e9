/** A tool cannot do its work. The message is one sentence that says what is wrong, where, and what to do. */
export class ToolError extends Error {}

/** A tool was called in a wrong way. The message is one sentence that says what was expected. */
export class UsageError extends ToolError {}
