import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export interface Asset {
  readonly type: string;
  readonly body: string;
}

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Files of the page's own folder. */
const OWN = [
  ...['page.css', 'icon.svg', 'page.js', 'dom.js', 'live.js', 'statistics.js', 'chart.js'],
  ...['decisions.js', 'try.js', 'try-result.js'],
];

/** Files of packages, by the names under which the page asks for them. */
const OF_PACKAGES = {
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
};

/** The page itself. */
export const PAGE = read(new URL('page/page.html', import.meta.url), 'page.html');

/** Everything that the page loads, by name. Nothing else is served, whatever a path says. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ...OWN.map((name) => [name, read(new URL(`page/${name}`, import.meta.url), name)] as const),
  ...Object.entries(OF_PACKAGES).map(([name, file]) => [name, read(find(file), name)] as const),
]);

function find(file: string): string {
  return createRequire(import.meta.url).resolve(file);
}

function read(file: string | URL, name: string): Asset {
  const ending = name.slice(name.lastIndexOf('.') + 1) as keyof typeof TYPES;
  return { type: TYPES[ending], body: readFileSync(file, 'utf8') };
}
