import { readFileSync } from 'node:fs';
import { lookupAddress } from '../../../../app/src/signals/address/address.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';

const PAGE = readFileSync(new URL('../../../../docs/address.md', import.meta.url), 'utf8');
const [, SECTION = ''] = /## Which addresses count as what([\s\S]*?)(?:\n## |$)/.exec(PAGE) ?? [];

/** The rows with an example. */
const ROWS = SECTION.split('\n')
  .filter((line) => /^\| [^|]+\| `/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

test('docs/address.md has a table of addresses', () => {
  expect(ROWS.length).toBeGreaterThan(25);
});

test.each(ROWS)(
  '%s%s, such as %s, is classified as in docs/address.md',
  (_, _block, example, ...cells) => {
    const address = parseAddress(example ?? '');
    if (address === undefined) throw new Error(`${example} is not a valid address`);
    const [value, isPublic, cause, lookedUp] = cells;
    expect({
      value: address.value,
      isPublic: String(address.public),
      cause: address.public ? '' : address.cause,
      lookedUp: address.public ? lookupAddress(address).value : '',
    }).toEqual({ value, isPublic, cause, lookedUp });
  },
);
