import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { isDrawn, launch, open } from './browser.ts';
import { type Started, start } from './started.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let started: Started;

beforeAll(async () => {
  [browser, started] = await Promise.all([launch(), start()]);
});

afterAll(async () => {
  await browser?.close();
  await started?.process.end();
});

const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 375, height: 700 }, isMobile: true, hasTouch: true };

/** The page with all that it can show: decisions, the table of the chart, a try. */
async function full(options: BrowserContextOptions): Promise<Page> {
  const { page } = await open(browser, started.url, options);
  await page.locator('#decisions tr').first().waitFor();
  await page.getByText('The same as a table').click();
  await tryOut(page, 'Elevated score');
  return page;
}

const VERDICTS = {
  'Elevated score': 'The token is issued with restrictions.',
  'High score': 'No token is issued',
};

/** Tries one of the guide's cases, and opens what is folded up in its result. */
async function tryOut(page: Page, button: keyof typeof VERDICTS): Promise<void> {
  await page.locator('#tried').evaluate((tried) => tried.replaceChildren());
  await page.getByRole('button', { name: button }).click();
  await page.locator('.verdict').filter({ hasText: VERDICTS[button] }).waitFor();
  for (const summary of await page.locator('#tried summary').all()) await summary.click();
}

async function check(page: Page): Promise<AxeResults> {
  await page.evaluate(AXE);
  // @ts-expect-error: axe is a global of the page.
  return page.evaluate(() => axe.run());
}

/** The contrast of each text with what is behind it. */
function contrastsIn({ passes, violations }: AxeResults): number[] {
  return [...passes, ...violations]
    .filter(({ id }) => id === 'color-contrast')
    .flatMap(({ nodes }) => nodes.flatMap(({ any }) => any.map(({ data }) => data?.contrastRatio)))
    .filter((ratio) => typeof ratio === 'number' && ratio > 0);
}

const WAYS: [string, BrowserContextOptions][] = [
  ['light, on a desk', { ...DESKTOP, colorScheme: 'light' }],
  ['dark, on a desk', { ...DESKTOP, colorScheme: 'dark' }],
  ['light, on a phone', { ...PHONE, colorScheme: 'light' }],
  ['dark, on a phone', { ...PHONE, colorScheme: 'dark' }],
];

describe.each(WAYS)('The page, %s', (_, options) => {
  let page: Page;

  beforeAll(async () => {
    await started.post('175.45.176.0', 'a-client-id-that-is-as-long-as-they-come'.repeat(3));
    page = await full(options);
  });

  afterAll(() => page.context().close());

  test.each(['Elevated score', 'High score'] as const)(
    'is accessible, and its text is read easily: %s',
    async (button) => {
      await tryOut(page, button);
      const results = await check(page);
      const found = results.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html}`),
      );
      expect(found).toEqual([]);
      const contrasts = contrastsIn(results);
      expect(contrasts.length).toBeGreaterThan(30);
      expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test('fits the width', async () => {
    const { scroll, client } = await page.locator(':root').evaluate((root) => ({
      scroll: root.scrollWidth,
      client: root.clientWidth,
    }));
    expect(scroll).toBe(client);
  });

  test('lists decisions in what is a table to who cannot see it', async () => {
    const table = await page.locator('.decisions').ariaSnapshot();
    expect(table).toMatch(/columnheader "Outcome"/);
    expect(table).toMatch(/row .*KP/);
    expect(table).toMatch(/cell "KP"/);
  });
});

test('Light and dark differ, and change while the page is open, in the chart as well', async () => {
  const page = await full({ ...DESKTOP, colorScheme: 'light' });
  const back = () =>
    page
      .locator('body')
      .evaluate((body) => body.ownerDocument.defaultView.getComputedStyle(body).backgroundColor);
  const light = await back();
  expect(await isDrawn(page)).toBe(true);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await back()).not.toBe(light);
  expect(await isDrawn(page)).toBe(true);
  await page.context().close();
});

test('Without motion nothing moves', async () => {
  const page = await full({ ...DESKTOP, reducedMotion: 'reduce' });
  const transition = await page
    .locator('.bar')
    .first()
    .evaluate((bar) => bar.ownerDocument.defaultView.getComputedStyle(bar).transitionDuration);
  expect(transition).toBe('0s');
  await page.context().close();
});
