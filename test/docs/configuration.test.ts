import { PROXY_SETTINGS, SETTINGS } from '../../app/src/config/setting-table.ts';
import { REFRESHER_SETTINGS } from '../../app/src/refresher/settings/setting-table.ts';
import { OPTIONS } from '../../infra/config/option-table.ts';
import { readPage, sectionOf } from './pages.ts';

const PAGE = readPage('docs/configuration.md');

/** The names in the first column of a section's table. */
function documented(title: string): readonly string[] {
  const rows = [...sectionOf(PAGE, title).matchAll(/^\| (`.*?) \|/gm)];
  return rows.flatMap(([, cell = '']) => {
    const names = [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
    const [first = ''] = names;
    // `REPUTATION_TTL_LOW`, `_ELEVATED` is short for a name with another ending.
    return names.map((name) =>
      name.startsWith('_') ? first.slice(0, first.lastIndexOf('_')) + name : name,
    );
  });
}

test.each([
  ['Service settings', [...Object.keys(SETTINGS), ...PROXY_SETTINGS]],
  ['Refresher settings', [...Object.keys(REFRESHER_SETTINGS), ...PROXY_SETTINGS]],
  ['Stack options', Object.keys(OPTIONS)],
])('docs/configuration.md, %s: lists every name that is read, and no other', (title, names) => {
  expect(documented(title).toSorted()).toEqual(names.toSorted());
});
