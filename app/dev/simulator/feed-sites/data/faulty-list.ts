import type { ContentFault } from '../fault.ts';

/** Faults that `faultyEntries` and `faultyText` simulate. */
export const LIST_FAULTS = [
  'half',
  'empty',
  'much-smaller',
  'private-ranges',
  'whole-internet',
  'not-addresses',
] as const satisfies readonly ContentFault[];

/** Blocks that FireHOL's lists contain on purpose. */
const PRIVATE_RANGES = ['0.0.0.0/8', '10.0.0.0/8', '127.0.0.0/8', '192.168.0.0/16', '224.0.0.0/3'];

/** Returns the entries of a list with a fault. */
export function faultyEntries(
  entries: readonly string[],
  fault: ContentFault | undefined,
): readonly string[] {
  switch (fault) {
    case 'much-smaller':
      return entries.slice(0, Math.ceil(entries.length / 10));
    case 'private-ranges':
      return [...PRIVATE_RANGES, ...entries];
    case 'whole-internet':
      return ['0.0.0.0/0', ...entries];
    case 'not-addresses':
      return entries.map((_, index) => `host-${index}.example.net`);
    default:
      return entries;
  }
}

/** Returns the text of a list with a fault. Half of it ends within a line. */
export function faultyText(text: string, fault: ContentFault | undefined): string {
  if (fault === 'empty') return '';
  return fault === 'half' ? text.slice(0, text.length / 2) : text;
}
