import type { LocatedIssue } from '../../../src/policy/file/issues.ts';

/** A line of a file may be as long as the file. */
const MAX_EXCERPT = 160;
/** Shown before the marked part of a line that is cut. */
const CONTEXT = 40;

/** A part of a line, and the marked part of it. Columns are from 1 and refer to `text`. */
export interface Excerpt {
  readonly text: string;
  /** The first marked column, and the one after the last. */
  readonly caret: { readonly from: number; readonly to: number };
}

/** Returns the part of a line around its mark. A tab becomes a space, so that columns are characters. */
export function clipExcerpt({ excerpt, caret }: Pick<LocatedIssue, 'excerpt' | 'caret'>): Excerpt {
  const line = excerpt.replaceAll('\t', ' ');
  if (line.length <= MAX_EXCERPT) return { text: line, caret };
  const start = Math.max(0, Math.min(caret.from - 1 - CONTEXT, line.length - MAX_EXCERPT));
  const end = start + MAX_EXCERPT;
  const before = start > 0 ? '…' : '';
  const shift = before.length - start;
  return {
    text: `${before}${line.slice(start, end)}${end < line.length ? '…' : ''}`,
    caret: { from: caret.from + shift, to: Math.min(caret.to, end + 1) + shift },
  };
}
