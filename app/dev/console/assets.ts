import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A file that the console serves. */
export interface Asset {
  readonly contentType: string;
  readonly body: string;
}

const CONTENT_TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const PAGE_FILES = [
  ...['page.css', 'icon.svg', 'page.js', 'dom.js', 'live.js', 'statistics.js', 'chart.js'],
  ...['decisions.js', 'lookups.js', 'feeds.js', 'policy.js', 'try.js', 'try-result.js', 'post.js'],
  ...['candidate.css', 'candidate.js', 'candidate-form.js', 'candidate-issues.js'],
  ...['candidate-cases.js', 'candidate-replay.js', 'files.js'],
];

/** Files of installed packages, by the names under which they are served. */
const PACKAGE_FILES = {
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
};

export const PAGE = readAsset(new URL('page/page.html', import.meta.url), 'page.html');

/** All files that are served, by name. A fixed list, so that no path can reach another file. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ...PAGE_FILES.map(
    (name) => [name, readAsset(new URL(`page/${name}`, import.meta.url), name)] as const,
  ),
  ...Object.entries(PACKAGE_FILES).map(
    ([name, file]) =>
      [name, readAsset(createRequire(import.meta.url).resolve(file), name)] as const,
  ),
]);

function readAsset(file: string | URL, name: string): Asset {
  const extension = name.slice(name.lastIndexOf('.') + 1) as keyof typeof CONTENT_TYPES;
  return { contentType: CONTENT_TYPES[extension], body: readFileSync(file, 'utf8') };
}
