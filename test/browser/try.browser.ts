import type { Browser, Page } from 'playwright-core';
import { launch, open, tabTo, type Watched } from './browser.ts';
import { type Started, start } from './started.ts';

let browser: Browser;
let started: Started;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  [browser, started] = await Promise.all([launch(), start()]);
  watched = await open(browser, started.url);
  page = watched.page;
});

afterAll(async () => {
  await browser?.close();
  await started?.process.end();
});

beforeEach(async () => {
  await page.reload();
});

/** What the page says of a rule. */
async function ofRule(id: string): Promise<string> {
  return page.locator('.rule', { has: page.locator(`strong:text-is("${id}")`) }).innerText();
}

/** The row of the token's table: before, after, change. */
async function ofToken(name: string): Promise<string[]> {
  const row = page.locator('.token tr', { has: page.locator(`th:text-is("${name}")`) });
  return row.locator('td').allInnerTexts();
}

interface GuideCase {
  readonly button: string;
  readonly address: string;
  readonly verdict: RegExp;
  readonly lifetime: string[];
  readonly rule: string;
  readonly says: readonly (string | RegExp)[];
}

describe('By the keyboard alone: the four cases of the guide, before and after, and why', () => {
  test.each<GuideCase>([
    {
      button: 'Low score',
      address: '205.210.31.51',
      verdict: /✓ issued The token is issued unchanged\./,
      lifetime: ['3600 s (1 h)', '3600 s (1 h)', ''],
      rule: 'elevated-ip-risk',
      says: ['○ did not match', 'abuse.score >= 25 && now.hour >= 9', /abuse\.score\s+12\b/],
    },
    {
      button: 'Elevated score',
      address: '14.102.69.58',
      verdict: /◐ restricted The token is issued with restrictions\./,
      lifetime: ['3600 s (1 h)', expect.stringMatching(/^(900|300) s/), 'changed'],
      rule: 'high-ip-risk',
      says: ['○ did not match', /abuse\.score\s+48\b/],
    },
    {
      button: 'High score',
      address: '103.159.198.178',
      verdict:
        /✕ refused No token is issued: Access token issuance is blocked due to high IP risk\./,
      lifetime: ['3600 s (1 h)', 'not issued'],
      rule: 'high-ip-risk',
      says: ['● matched', 'abuse.score >= 75', /abuse\.score\s+100\b/, 'refuse with access_denied'],
    },
    {
      button: 'Restricted country',
      address: '175.45.176.0',
      verdict: /✕ refused No token is issued: .* from your region KP\./,
      lifetime: ['3600 s (1 h)', 'not issued'],
      rule: 'restricted-country',
      says: [
        '● matched',
        'geo.country in lists.restricted_countries',
        /geo\.country\s+"KP"/,
        /lists\.restricted_countries\s+\["KP", "IR"/,
        'refuse with access_denied: Access token issuance is blocked from your region KP.',
      ],
    },
  ])('$button', async ({ button, address, verdict, lifetime, rule, says }) => {
    await tabTo(page, `[data-address="${address}"]`);
    expect(await page.locator(':focus').innerText()).toBe(button);
    await page.keyboard.press('Enter');
    await page.locator('.verdict').waitFor();
    expect(await page.locator('.verdict').innerText()).toMatch(verdict);
    expect(await ofToken('Lifetime')).toEqual(lifetime);
    const said = await ofRule(rule);
    for (const part of says) expect(said).toMatch(part);
  });

  test('the whole form, for a reputation that is unknown', async () => {
    await started.setFault({ kind: 'status', status: 503 });
    // Within the hours of `elevated-ip-risk`, whenever this runs.
    await page.getByLabel('Time in UTC').fill('2026-01-05T10:30');
    try {
      for (const [name, value] of [
        ['address', '9.9.9.30'],
        ['grant', 'refresh_token'],
        ['clientId', 'by-keyboard'],
        ['scopes', 'openid admin'],
      ]) {
        await tabTo(page, `input[name=${name}]`);
        await page.keyboard.press('Control+A');
        await page.keyboard.type(value ?? '');
      }
      await page.keyboard.press('Enter');
      await page.locator('.verdict').waitFor();
    } finally {
      await started.setFault(undefined);
    }
    expect(await ofToken('Lifetime')).toEqual(['3600 s (1 h)', '300 s (5 min)', 'changed']);
    expect(await ofToken('Scopes')).toEqual(['openid admin', 'openid admin', '']);
    expect(await ofToken('Claim client_id')).toEqual(['"by-keyboard"', '"by-keyboard"', '']);
    const said = await ofRule('high-ip-risk');
    expect(said).toMatch('? could not be decided');
    expect(said).toMatch(/abuse\.score\s+reputation is unknown: upstream/);
    expect(said).toMatch('reputation is unknown (upstream): its entry of unknown applies');
    expect(said).toMatch('unknown.reputation: cap the lifetime at 300 s (5 min)');
    expect(await ofRule('elevated-ip-risk')).toMatch('has applied already, and does so once');
    expect(await page.locator('#try-status').textContent()).toBe(
      'The token is issued with restrictions.',
    );
  });
});

test.each([
  ['2026-01-05T10:30', '900 s (15 min)', 'elevated-ip-risk', /now\.hour\s+10/],
  ['2026-01-05T20:30', '300 s (5 min)', 'elevated-ip-risk-at-odd-hours', /now\.hour\s+20/],
])('At %s the token lives for %s', async (time, lifetime, rule, hour) => {
  await page.getByLabel('Time in UTC').fill(time);
  await page.getByRole('button', { name: 'Elevated score' }).click();
  await page.locator('.verdict').waitFor();
  expect((await ofToken('Lifetime'))[1]).toBe(lifetime);
  expect(await ofRule(rule)).toMatch('● matched');
  expect(await ofRule(rule)).toMatch(hour);
});

test('A try is not among the decisions', async () => {
  await page.locator('#totals dd').first().waitFor();
  await page.getByRole('button', { name: 'High score' }).click();
  await page.locator('.verdict').waitFor();
  await started.post('205.210.31.51', 'a real one');
  const list = page.locator('#decisions');
  await list.getByText('a real one', { exact: true }).waitFor();
  expect(await list.getByText('console', { exact: true }).count()).toBe(0);
});

test('What is wrong in the form is said in words', async () => {
  await page.getByLabel('Scopes').fill('x '.repeat(2000));
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  const error = page.getByRole('alert');
  await error.filter({ hasText: 'scopes: must have 2000 letters at most.' }).waitFor();
  expect(await page.locator('#tried').innerText()).toBe('');
});

test('A service that is gone is said in words', async () => {
  await page.route('**/console/try', (route) => route.abort());
  await page.getByRole('button', { name: 'Low score' }).click();
  await page.getByRole('alert').filter({ hasText: 'The service does not answer.' }).waitFor();
  await page.unroute('**/console/try');
});
