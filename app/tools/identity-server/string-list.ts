import type { Json } from './json.ts';
import { containsValue, lastSegment, parseIndex, removeValue } from './list-index.ts';
import { applied, crashed, type OperationResult, skipped } from './operation-result.ts';
import { toJavaString } from './values.ts';

/** A list of strings that the action may change: the scopes or the audience. */
export interface StringList {
  noun: string;
  /** The list in the request, to which indexes refer even after removals. */
  sent: readonly string[];
  current: string[];
  accepts: RegExp;
  /** Whether removing or replacing `-` in an empty list is a server error, or has no effect. */
  crashesWhenEmpty: boolean;
}

// Printable ASCII without space, double quote and backslash.
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
// scheme://host…, or letters, digits, dots and hyphens. White space is Java's, which is ASCII only.
const AUDIENCE =
  /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^ \t\n\v\f\r/$.?#].[^ \t\n\v\f\r]*|[a-zA-Z0-9.-]+)$/;

export function scopeList(sent: readonly string[], current: string[]): StringList {
  return { noun: 'scope', sent, current, accepts: SCOPE, crashesWhenEmpty: false };
}

export function audienceList(sent: readonly string[], current: string[]): StringList {
  return { noun: 'audience', sent, current, accepts: AUDIENCE, crashesWhenEmpty: true };
}

/** Applies an operation to a list. New elements are always appended. */
export function applyToList(
  list: StringList,
  op: 'add' | 'remove' | 'replace',
  path: string,
  value: Json,
): OperationResult {
  const segment = lastSegment(path);
  const index = parseIndex(segment, list.sent.length);
  if (op === 'add') return addTo(list, index, value);
  if (index === undefined) return skipped(`there is no ${list.noun} with the index ${segment}`);
  const old = list.sent[index];
  if (old === undefined) {
    return list.crashesWhenEmpty
      ? crashed(`index out of bounds: the ${list.noun} list is empty`)
      : skipped(`the ${list.noun} list is empty`);
  }
  if (op === 'replace') return replaceIn(list, old, value);
  return removeValue(list.current, old) ? applied : skipped(`the ${list.noun} is already removed`);
}

function addTo(list: StringList, index: number | undefined, value: Json): OperationResult {
  const text = toJavaString(value);
  if (index === undefined) return skipped('the index is out of range');
  if (!list.accepts.test(text)) return skipped(`${text} is not a valid ${list.noun}`);
  // Compared with the current list: an element that was removed before can be added again.
  if (list.current.includes(text)) return skipped(`the list already has the ${list.noun}`);
  list.current.push(text);
  return applied;
}

function replaceIn(list: StringList, old: string, value: Json): OperationResult {
  const text = toJavaString(value);
  if (!list.accepts.test(text)) return skipped(`${text} is not a valid ${list.noun}`);
  if (containsValue(text, list.current, list.sent)) {
    return skipped(`the list already has the new ${list.noun}`);
  }
  // Also after the old element was removed: removing and replacing one index still adds the new element.
  removeValue(list.current, old);
  list.current.push(text);
  return applied;
}
