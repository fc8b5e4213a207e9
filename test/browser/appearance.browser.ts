import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ROOT } from '../support/process.ts';
import { launchBrowser, openPage, waitForChart } from './browser.ts';
import { type LocalService, startLocalService } from './local-service.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let local: LocalService;

beforeAll(async () => {
  [browser, local] = await Promise.all([launchBrowser(), startLocalService()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.process.end();
});

const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 375, height: 700 }, isMobile: true, hasTouch: true };

/** Opens the page with decisions, the chart's table and a tried request. */
async function openFullPage(options: BrowserContextOptions): Promise<Page> {
  const { page } = await openPage(browser, local.consoleUrl, options);
  await page.locator('#decisions tr').first().waitFor();
  await page.getByText('Show as a table').click();
  await page.locator('#policy-summary').click();
  await tryOut(page, 'Elevated score');
  await reviewCandidate(page);
  return page;
}

/** A policy with a warning and an error-free rule that changes decisions and fails test cases. */
const CANDIDATE = readFileSync(join(ROOT, 'app/policy.yaml'), 'utf8').replace('>= 75', '>= 25');

/** Checks a candidate policy, and opens the details in its result. */
async function reviewCandidate(page: Page): Promise<void> {
  await page.getByText('Paste test cases').click();
  await page.locator('#candidate-text').fill(CANDIDATE);
  await page.locator('#candidate-text').press('Control+Enter');
  await page.getByText('The latest decisions with this policy').waitFor();
  for (const summary of await page.locator('#candidate-result summary').all())
    await summary.click();
}

const SUMMARIES = {
  'Elevated score': 'The token is issued with restrictions.',
  'High score': 'No token is issued',
};

/** Tries one of the guide's cases, and opens the details in its result. */
async function tryOut(page: Page, button: keyof typeof SUMMARIES): Promise<void> {
  await page.locator('#try-result').evaluate((result) => result.replaceChildren());
  await page.getByRole('button', { name: button }).click();
  await page.locator('.outcome-summary').filter({ hasText: SUMMARIES[button] }).waitFor();
  for (const summary of await page.locator('#try-result summary').all()) await summary.click();
}

async function runAxe(page: Page): Promise<AxeResults> {
  await page.evaluate(AXE);
  // @ts-expect-error: axe is a global of the page.
  return page.evaluate(() => axe.run());
}

/** Returns the contrast of each text with its background. */
function contrastsIn({ passes, violations }: AxeResults): number[] {
  return [...passes, ...violations]
    .filter(({ id }) => id === 'color-contrast')
    .flatMap(({ nodes }) => nodes.flatMap(({ any }) => any.map(({ data }) => data?.contrastRatio)))
    .filter((ratio) => typeof ratio === 'number' && ratio > 0);
}

const VARIANTS: [string, BrowserContextOptions][] = [
  ['light, on a desktop', { ...DESKTOP, colorScheme: 'light' }],
  ['dark, on a desktop', { ...DESKTOP, colorScheme: 'dark' }],
  ['light, on a phone', { ...PHONE, colorScheme: 'light' }],
  ['dark, on a phone', { ...PHONE, colorScheme: 'dark' }],
];

describe.each(VARIANTS)('The page, %s', (_, options) => {
  let page: Page;

  beforeAll(async () => {
    await local.post('14.102.69.58', 'a-client-id-of-more-than-usual-length-'.repeat(3));
    await local.post('175.45.176.0', 'a-client-id-of-more-than-usual-length-'.repeat(3));
    page = await openFullPage(options);
  });

  afterAll(() => page.context().close());

  test.each(['Elevated score', 'High score'] as const)(
    'passes the accessibility checks with a contrast of at least 4.5: %s',
    async (button) => {
      await tryOut(page, button);
      const results = await runAxe(page);
      const violations = results.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html}`),
      );
      expect(violations).toEqual([]);
      const contrasts = contrastsIn(results);
      expect(contrasts.length).toBeGreaterThan(30);
      expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test('shows the issues of a broken policy accessibly', async () => {
    const broken = CANDIDATE.replace('abuse.score', 'abuse.scor');
    await page.locator('#candidate-text').fill(broken);
    await page.locator('#candidate-text').press('Control+Enter');
    await page.locator('.error-finding pre').first().waitFor();
    expect((await runAxe(page)).violations).toEqual([]);
  });

  test('does not scroll horizontally', async () => {
    const { scroll, client } = await page.locator(':root').evaluate((root) => ({
      scroll: root.scrollWidth,
      client: root.clientWidth,
    }));
    expect(scroll).toBe(client);
  });

  test('shows the policy in use with its warnings', async () => {
    const section = page.getByRole('region', { name: 'Policy in use' });
    const issue = section.getByRole('listitem').first();
    expect(await issue.innerText()).toMatch(/▲ warning[\s\S]*unknown\.geo[\s\S]*\^{6}/);
    expect(await section.locator('#policy-state').innerText()).toMatch(
      /^Revision [0-9a-f]{12}, mode enforce\. The service started in spite of these warnings:$/,
    );
  });

  test('exposes the decisions as a table to screen readers', async () => {
    const table = await page.locator('.decisions').ariaSnapshot();
    expect(table).toMatch(/columnheader "Outcome"/);
    expect(table).toMatch(/row .*KP/);
    expect(table).toMatch(/cell "KP"/);
  });

  test('shows the feeds without scrolling, and exposes them as a table', async () => {
    await page.locator('#feeds tr').first().waitFor();
    const { scroll, client } = await page.locator('#feeds-scroll').evaluate((region) => ({
      scroll: region.scrollWidth,
      client: region.clientWidth,
    }));
    expect(scroll).toBe(client);
    const table = await page.locator('.feeds').ariaSnapshot();
    expect(table).toMatch(/columnheader "Licence"/);
    expect(table).toMatch(/rowheader "tor-exits"/);
    expect(table).toMatch(/cell "● in use"/);
  });
});

test('The page and its chart follow a change of the colour scheme', async () => {
  const page = await openFullPage({ ...DESKTOP, colorScheme: 'light' });
  const background = () =>
    page
      .locator('body')
      .evaluate((body) => body.ownerDocument.defaultView.getComputedStyle(body).backgroundColor);
  const light = await background();
  await waitForChart(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background()).not.toBe(light);
  await waitForChart(page);
  await page.context().close();
});

test('Bars have no transition if reduced motion is preferred', async () => {
  const page = await openFullPage({ ...DESKTOP, reducedMotion: 'reduce' });
  const transition = await page
    .locator('.bar')
    .first()
    .evaluate((bar) => bar.ownerDocument.defaultView.getComputedStyle(bar).transitionDuration);
  expect(transition).toBe('0s');
  await page.context().close();
});
