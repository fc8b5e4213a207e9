import { readFileSync } from 'node:fs';

export const PAGE = readFileSync(new URL('../../../docs/costs.md', import.meta.url), 'utf8');

/** Returns a row of the table in docs/costs.md as it is written. */
export function row(item: string): string {
  return PAGE.split('\n').find((each) => each.startsWith(`| ${item} |`)) ?? '';
}

/** Returns the amounts of a row for each size, the smallest first. */
export function amountsOf(item: string): readonly number[] {
  const [, , , ...cells] = row(item)
    .split('|')
    .map((cell) => cell.replaceAll('*', '').trim());
  return cells.filter((cell) => cell !== '').map(Number);
}
