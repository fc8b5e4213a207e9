/** A node of the syntax tree that the CEL library parses an expression into. */
export interface Node {
  readonly op: string;
  /** A node, a list of nodes, or what the operator wants beside them, such as a member's name. */
  readonly args: unknown;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).op === 'string';
}
