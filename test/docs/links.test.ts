import { existsSync, readFileSync } from 'node:fs';
import { headingsOf, PAGES, type Page, ROOT, readPage, withoutCode } from './pages.ts';

/** A link to a file of the repository, to a heading, or to both. */
interface Link {
  readonly target: string;
  readonly path: string;
  readonly anchor: string | undefined;
}

function linksOf({ path, text }: Page): readonly Link[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#');
      const base = new URL(path, ROOT);
      const url = file === '' ? base : new URL(file, base);
      return { target, path: url.pathname.slice(ROOT.pathname.length), anchor };
    });
}

test.each(PAGES.map((page) => [page.path, page] as const))(
  'every relative link of %s leads to a file and to a heading of it',
  (_, page) => {
    const broken = linksOf(page).filter(({ path, anchor }) => {
      if (!existsSync(new URL(path, ROOT))) return true;
      if (anchor === undefined) return false;
      return !headingsOf(readPage(path)).some((heading) => heading.anchor === anchor);
    });
    expect(broken).toEqual([]);
  },
);

/** Subjects have a page each, directly under docs/. Decision records are short, and have an index instead. */
const SUBJECTS = PAGES.filter(({ path }) => /^docs\/[^/]+\.md$/.test(path));

test.each(SUBJECTS.map((page) => [page.path, page] as const))(
  '%s begins with a table of contents that matches its headings',
  (_, page) => {
    const [introduction = ''] = page.text.split('\n## ');
    const entries = [...introduction.matchAll(/^( *)- \[(.+)\]\(#(.+)\)$/gm)].map(
      ([, indent = '', title = '', anchor = '']) => ({
        level: 2 + indent.length / 2,
        title,
        anchor,
      }),
    );
    const deepest = Math.max(2, ...entries.map(({ level }) => level));
    const headings = headingsOf(page).filter(({ level }) => level > 1 && level <= deepest);
    expect(entries).toEqual(headings);
  },
);

test('README.md names every page and stays short', () => {
  const readme = readPage('README.md');
  const linked = new Set(linksOf(readme).map(({ path }) => path));
  expect(SUBJECTS.filter(({ path }) => !linked.has(path))).toEqual([]);
  expect(readme.text.split('\n').length).toBeLessThanOrEqual(201);
});

describe('decision records', () => {
  const records = PAGES.filter(({ path }) => /^docs\/decisions\/\d{4}-/.test(path));

  test('are all in the index, in order, each with a number of its own', () => {
    const index = linksOf(readPage('docs/decisions/README.md')).map(({ path }) => path);
    expect(index.filter((path) => path.startsWith('docs/decisions/'))).toEqual(
      records.map(({ path }) => path),
    );
    const numbers = records.map(({ path }) => Number(path.slice(15, 19)));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test.each(records.map((page) => [page.path, page] as const))(
    '%s has context, decision and consequence',
    (_, page) => {
      const titles = headingsOf(page).map(({ title }) => title);
      expect(titles.slice(1)).toEqual(['Context', 'Decision', 'Consequence']);
    },
  );
});

/** Paths below folders of the repository, and files that exist nowhere else. */
const MENTIONED =
  /`((?:app|infra|test|docs|\.github|\.ci)\/[\w./-]*|(?:package|package-lock|cdk|biome|tsconfig)\.json|[A-Z]+\.md)`/g;

test.each(
  PAGES.filter(({ path }) => path !== 'CHANGELOG.md').map((page) => [page.path, page] as const),
)('every path and npm script that %s mentions exists', (_, page) => {
  const paths = [...page.text.matchAll(MENTIONED)].map(([, path = '']) => path);
  const missing = paths.filter(
    (path) =>
      !existsSync(new URL(path, ROOT)) && !existsSync(new URL(path, new URL(page.path, ROOT))),
  );
  expect(missing).toEqual([]);

  const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  const run = [...page.text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
  expect(run.filter((name) => !(name in scripts))).toEqual([]);
});
