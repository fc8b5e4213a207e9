import type { Json } from './json.ts';
import { containsValue, indexIn, lastSegment, removeValue } from './list-index.ts';
import { applied, crashed, type OperationResult, skipped } from './operation-result.ts';
import { toJavaString } from './values.ts';

/** A list of texts that the action may change: the scopes, or the audience. */
export interface StringList {
  noun: string;
  /** As sent in the request: indexes refer to this one, whatever was removed before. */
  sent: readonly string[];
  current: string[];
  accepts: RegExp;
  /** `-` to remove or replace in an empty list is a server error instead of nothing. */
  crashesWhenEmpty: boolean;
}

// Printable ASCII without space, double quote and backslash.
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
// scheme://host…, or letters, digits, dots and hyphens; white space in Java's sense, which is ASCII.
const AUDIENCE =
  /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^ \t\n\v\f\r/$.?#].[^ \t\n\v\f\r]*|[a-zA-Z0-9.-]+)$/;

export function scopeList(sent: readonly string[], current: string[]): StringList {
  return { noun: 'scope', sent, current, accepts: SCOPE, crashesWhenEmpty: false };
}

export function audienceList(sent: readonly string[], current: string[]): StringList {
  return { noun: 'audience', sent, current, accepts: AUDIENCE, crashesWhenEmpty: true };
}

/** Applies one operation to a list. Nothing is ever put at an index: what is new goes to the end. */
export function applyToList(
  list: StringList,
  op: 'add' | 'remove' | 'replace',
  path: string,
  value: Json,
): OperationResult {
  const segment = lastSegment(path);
  const index = indexIn(segment, list.sent.length);
  if (op === 'add') return addTo(list, index, value);
  if (index === undefined) return skipped(`no ${list.noun} has the index ${segment}`);
  const old = list.sent[index];
  if (old === undefined) {
    return list.crashesWhenEmpty
      ? crashed(`index out of bounds: the ${list.noun} list is empty`)
      : skipped(`the ${list.noun} list is empty`);
  }
  if (op === 'replace') return replaceIn(list, old, value);
  return removeValue(list.current, old) ? applied : skipped(`the ${list.noun} is gone already`);
}

function addTo(list: StringList, index: number | undefined, value: Json): OperationResult {
  const text = toJavaString(value);
  if (index === undefined) return skipped('the index is none of the list');
  if (!list.accepts.test(text)) return skipped(`${text} is no ${list.noun}`);
  // Measured against the list as it is by now: what was removed a moment ago can be added again.
  if (list.current.includes(text)) return skipped(`the ${list.noun} is there already`);
  list.current.push(text);
  return applied;
}

function replaceIn(list: StringList, old: string, value: Json): OperationResult {
  const text = toJavaString(value);
  if (!list.accepts.test(text)) return skipped(`${text} is no ${list.noun}`);
  if (containsValue(text, list.current, list.sent)) {
    return skipped(`the new ${list.noun} is there already`);
  }
  // Even if the old one went before: a removal and a replacement of one index still add the new one.
  removeValue(list.current, old);
  list.current.push(text);
  return applied;
}
