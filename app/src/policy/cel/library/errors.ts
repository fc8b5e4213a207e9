/** The fields of the library's errors that are not part of JavaScript's. */
interface CelError {
  readonly code?: string;
  /** The message without the excerpt of the expression that the library draws below it. */
  readonly summary?: string;
  /** Character positions in the expression. */
  readonly range?: { readonly start: number; readonly end: number };
  readonly node?: { readonly args?: readonly { readonly checkedType?: { name?: string } }[] };
}

/** Returns the message of an error in one line. */
export function summaryOf(error: unknown): string {
  const { summary } = (error ?? {}) as CelError;
  return summary ?? (error instanceof Error ? error.message.split('\n')[0] : String(error)) ?? '';
}

/** Returns the part of the expression that an error is about, in UTF-16 code units. */
export function rangeOf(
  error: unknown,
): { readonly start: number; readonly end: number } | undefined {
  return ((error ?? {}) as CelError).range;
}

/** What an expression names that does not exist. */
export type UnknownName =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly name: string; readonly owner: string }
  /** May be known, but not for the types of the values. */
  | { readonly kind: 'function' | 'method'; readonly name: string };

/** Returns the unknown name that an error is about; `undefined` for any other error. */
export function unknownNameOf(error: unknown): UnknownName | undefined {
  const message = summaryOf(error);
  const [, variable] = /^Unknown variable: (\w+)$/.exec(message) ?? [];
  if (variable !== undefined) return { kind: 'variable', name: variable };
  const [, field] = /^No such key: (\w+)$/.exec(message) ?? [];
  const owner = ownerOfMissingField(error);
  if (field !== undefined && owner !== undefined) return { kind: 'field', name: field, owner };
  const [, receiver, name] = /overload for '(?:(.+?)\.)?(\w+)\(/.exec(message) ?? [];
  if (name === undefined) return undefined;
  return { kind: receiver === undefined ? 'function' : 'method', name };
}

/** Returns the type of the object that lacks the field an expression reads; `undefined` for any other error. */
export function ownerOfMissingField(error: unknown): string | undefined {
  const { code, node } = (error ?? {}) as CelError;
  return code === 'no_such_key' ? node?.args?.[0]?.checkedType?.name : undefined;
}
