import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openPage, tabTo } from './browser.ts';
import { type LocalService, startLocalService } from './local-service.ts';

let browser: Browser;
let local: LocalService;
let page: Page;

beforeAll(async () => {
  [browser, local] = await Promise.all([launchBrowser(), startLocalService()]);
  ({ page } = await openPage(browser, local.consoleUrl));
});

afterAll(async () => {
  await browser?.close();
  await local?.process.end();
});

beforeEach(async () => {
  await page.reload();
});

/** Returns the explanation of a rule. */
async function ruleText(id: string, on = page): Promise<string> {
  return on.locator('.rule', { has: on.locator(`strong:text-is("${id}")`) }).innerText();
}

/** Returns a row of the token table: before, after, change. */
async function tokenRow(name: string, on = page): Promise<string[]> {
  const row = on.locator('.token tr', { has: on.locator(`th:text-is("${name}")`) });
  return row.locator('td').allInnerTexts();
}

interface GuideCase {
  readonly button: string;
  readonly address: string;
  readonly summary: RegExp;
  readonly lifetime: string[];
  readonly rule: string;
  /** Parts of the rule's explanation. */
  readonly explanation: readonly (string | RegExp)[];
}

describe('With the keyboard alone, a person can try', () => {
  test.each<GuideCase>([
    {
      button: 'Low score',
      address: '205.210.31.51',
      summary: /✓ issued The token is issued unchanged\./,
      lifetime: ['3600 s (1 h)', '3600 s (1 h)', ''],
      rule: 'elevated-ip-risk',
      explanation: [
        '○ did not match',
        'abuse.score >= 25 && now.hour >= 9',
        /abuse\.score\s+between 0 and 24\b/,
      ],
    },
    {
      button: 'Elevated score',
      address: '14.102.69.58',
      summary: /◐ restricted The token is issued with restrictions\./,
      lifetime: ['3600 s (1 h)', expect.stringMatching(/^(900|300) s/), 'changed'],
      rule: 'high-ip-risk',
      explanation: ['○ did not match', /abuse\.score\s+48\b/],
    },
    {
      button: 'High score',
      address: '103.159.198.178',
      summary:
        /✕ refused No token is issued: Access token issuance is blocked due to high IP risk\./,
      lifetime: ['3600 s (1 h)', 'not issued'],
      rule: 'high-ip-risk',
      explanation: [
        '● matched',
        'abuse.score >= 75',
        /abuse\.score\s+100\b/,
        'refuse with access_denied',
      ],
    },
    {
      button: 'Restricted country',
      address: '175.45.176.0',
      summary: /✕ refused No token is issued: .* from your region KP\./,
      lifetime: ['3600 s (1 h)', 'not issued'],
      rule: 'restricted-country',
      explanation: [
        '● matched',
        'geo.country in lists.restricted_countries',
        /geo\.country\s+"KP"/,
        /lists\.restricted_countries\s+\["KP", "IR"/,
        'refuse with access_denied: Access token issuance is blocked from your region KP.',
      ],
    },
  ])('$button', async ({ button, address, summary, lifetime, rule, explanation }) => {
    await tabTo(page, `[data-address="${address}"]`);
    expect(await page.locator(':focus').innerText()).toBe(button);
    await page.keyboard.press('Enter');
    await page.locator('.outcome-summary').waitFor();
    expect(await page.locator('.outcome-summary').innerText()).toMatch(summary);
    expect(await tokenRow('Lifetime')).toEqual(lifetime);
    const text = await ruleText(rule);
    for (const part of explanation) expect(text).toMatch(part);
  });

  test('the whole form, here with an unknown reputation', async () => {
    // With the simulated blacklist, which is complete, no reputation is unknown.
    const withoutFeeds = await startLocalService({ FEEDS: '' });
    try {
      await withoutFeeds.setFault({ kind: 'status', status: 503 });
      const { page: form } = await openPage(browser, withoutFeeds.consoleUrl);
      // Within the hours of `elevated-ip-risk`.
      await form.getByLabel('Time in UTC').fill('2026-01-05T10:30');
      for (const [name, value] of [
        ['address', '9.9.9.30'],
        ['grant', 'refresh_token'],
        ['clientId', 'by-keyboard'],
        ['scopes', 'openid admin'],
      ]) {
        await tabTo(form, `input[name=${name}]`);
        await form.keyboard.press('Control+A');
        await form.keyboard.type(value ?? '');
      }
      await form.keyboard.press('Enter');
      await form.locator('.outcome-summary').waitFor();
      expect(await tokenRow('Lifetime', form)).toEqual([
        '3600 s (1 h)',
        '300 s (5 min)',
        'changed',
      ]);
      expect(await tokenRow('Scopes', form)).toEqual(['openid admin', 'openid admin', '']);
      expect(await tokenRow('Claim client_id', form)).toEqual([
        '"by-keyboard"',
        '"by-keyboard"',
        '',
      ]);
      const text = await ruleText('high-ip-risk', form);
      expect(text).toMatch('? unknown');
      expect(text).toMatch(/abuse\.score\s+reputation is unknown: upstream/);
      expect(text).toMatch('reputation is unknown (upstream): its entry in the policy applies');
      expect(text).toMatch('unknown.reputation: cap the lifetime at 300 s (5 min)');
      expect(await ruleText('elevated-ip-risk', form)).toMatch(
        'was applied before, and applies only once',
      );
      expect(await form.locator('#try-status').textContent()).toBe(
        'The token is issued with restrictions.',
      );
      await form.context().close();
    } finally {
      await withoutFeeds.process.end();
    }
  });
});

test.each([
  ['2026-01-05T10:30', '900 s (15 min)', 'elevated-ip-risk', /now\.hour\s+10/],
  ['2026-01-05T20:30', '300 s (5 min)', 'elevated-ip-risk-at-odd-hours', /now\.hour\s+20/],
])('At %s the lifetime is %s', async (time, lifetime, rule, hour) => {
  await page.getByLabel('Time in UTC').fill(time);
  await page.getByRole('button', { name: 'Elevated score' }).click();
  await page.locator('.outcome-summary').waitFor();
  expect((await tokenRow('Lifetime'))[1]).toBe(lifetime);
  expect(await ruleText(rule)).toMatch('● matched');
  expect(await ruleText(rule)).toMatch(hour);
});

test('A tried request is not listed as a decision', async () => {
  await page.locator('#totals dd').first().waitFor();
  await page.getByRole('button', { name: 'High score' }).click();
  await page.locator('.outcome-summary').waitFor();
  await local.post('205.210.31.51', 'a real one');
  const list = page.locator('#decisions');
  await list.getByText('a real one', { exact: true }).waitFor();
  expect(await list.getByText('console', { exact: true }).count()).toBe(0);
});

test('A tried request shows the feeds that know the address, and folds the others', async () => {
  // A simulated Tor exit.
  await page.getByLabel('Address').fill('55.1.0.0');
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  const answers = page.locator('#try-result [aria-labelledby="answers-heading"]');
  await answers.first().waitFor();
  expect(await answers.first().innerText()).toMatch(/tor-exits\s+contains the address/);
  expect(await answers.last().isVisible()).toBe(false);
  await page.getByText(/^Other feeds \(\d+\)$/).click();
  expect(await answers.last().innerText()).toMatch(/crowdsec\s+does not contain the address/);
});

test('The page shows which field of the form is not valid', async () => {
  await page.getByLabel('Scopes').fill('x '.repeat(2000));
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  const error = page.getByRole('alert');
  await error.filter({ hasText: 'scopes: must have at most 2000 characters.' }).waitFor();
  expect(await page.locator('#try-result').innerText()).toBe('');
});

test('The page reports that the service is down', async () => {
  await page.route('**/console/try', (route) => route.abort());
  await page.getByRole('button', { name: 'Low score' }).click();
  await page.getByRole('alert').filter({ hasText: 'The service does not respond.' }).waitFor();
  await page.unroute('**/console/try');
});
