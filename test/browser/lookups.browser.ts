import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Console, createConsole } from '../../app/dev/console/console.ts';
import { payloadFrom } from '../support/payloads.ts';
import { type RunningService, startTestService } from '../support/running-service.ts';
import { launchBrowser, openPage } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const CLIENT_BUDGET = 2;

let browser: Browser;
let extensions: Console;
let service: RunningService;

beforeAll(async () => {
  extensions = createConsole({
    edge: { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 },
  });
  [browser, service] = await Promise.all([
    launchBrowser(),
    startTestService({
      extensions,
      settings: { LOOKUP_BUDGET_CLIENT: String(CLIENT_BUDGET), LOOKUP_BUDGET_USER: '1' },
    }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  extensions?.close();
  await service?.stop();
});

function open(options: BrowserContextOptions = {}): Promise<Page> {
  return openPage(browser, `${service.origin}/console`, options).then(({ page }) => page);
}

test('Before the first lookup, the page says so, and shows the budgets', async () => {
  const page = await open();
  await page.getByText('No decision has needed a lookup in the last hour.').waitFor();
  expect(await page.locator('#quota dd').allInnerTexts()).toEqual([
    'not known before the first lookup',
    'no limit before the first lookup',
    'new addresses an hour: 1 for a user, 2 for a client without a user, 30 in a network, 16 in a /64',
  ]);
  await page.context().close();
});

test('The page shows the quota, its pace, and whose lookups are held back', async () => {
  const page = await open();
  const { clientId } = JSON.parse(payloadFrom('')).event.request;
  for (let number = 1; number <= CLIENT_BUDGET + 3; number += 1) {
    await service.post(payloadFrom(`9.${number}.9.9`));
  }
  const row = page.locator('#lookups tbody tr');
  await row.filter({ hasText: '3 budget of the client' }).waitFor();
  expect(await row.allInnerTexts()).toEqual([
    expect.stringMatching(new RegExp(`^${clientId}\\s+2\\s+3 budget of the client$`)),
  ]);
  const [left = '', pace = ''] = await page.locator('#quota dd').allInnerTexts();
  expect(left).toBe('998');
  expect(pace).toMatch(/^\d+ an hour$/);
  expect(await page.locator('#decisions tr:first-child td').allInnerTexts()).toContain(
    'unknown: budget (client)',
  );
  await page.context().close();
});

test('A tried request says why its address was not looked up', async () => {
  const page = await open();
  for (const address of ['9.20.9.9', '9.21.9.9']) {
    await page.getByLabel('Address').fill(address);
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await page.getByText(`"${address}"`).first().waitFor({ state: 'attached' });
  }
  const signals = await page.locator('#try-result .pairs').first().innerText();
  expect(signals).toMatch(
    /Reputation\s+unknown: budget\. Not looked up: the user has had its lookups of this hour/,
  );
  await page.context().close();
});

const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 700 }, isMobile: true, hasTouch: true };

test.each<[string, BrowserContextOptions]>([
  ['light, on a desktop', { ...DESKTOP, colorScheme: 'light' }],
  ['dark, on a desktop', { ...DESKTOP, colorScheme: 'dark' }],
  ['light, on a phone', { ...PHONE, colorScheme: 'light' }],
  ['dark, on a phone', { ...PHONE, colorScheme: 'dark' }],
])('The lookups, %s, are accessible, and do not make the page scroll', async (_, options) => {
  const page = await open(options);
  await page.locator('#lookups tbody tr').first().waitFor();
  await page.evaluate(AXE);
  // @ts-expect-error: axe is a global of the page.
  const results: AxeResults = await page.evaluate(() => axe.run());
  expect(results.violations.flatMap(({ nodes }) => nodes.map(({ html }) => html))).toEqual([]);
  const { scroll, client } = await page.locator(':root').evaluate((root) => ({
    scroll: root.scrollWidth,
    client: root.clientWidth,
  }));
  expect(scroll).toBe(client);
  const table = await page.locator('.lookups').ariaSnapshot();
  expect(table).toMatch(/columnheader "Held back"/);
  await page.context().close();
});
