import { MONDAY_MORNING } from '../../../support/circumstances.ts';
import { decideBy } from '../../../support/decide.ts';
import { issuesIn, policyText, rule } from '../../../support/policies.ts';

const policy = (when: string) => policyText(rule('one', when, '{ deny: "No" }'));

/** Returns the issues of a condition without their location. */
function issuesOf(when: string): string[] {
  return issuesIn(policy(when)).map((sentence) => sentence.replace(/^.* when: /, ''));
}

const at = (hour: number) => MONDAY_MORNING - (MONDAY_MORNING % 86_400_000) + hour * 3_600_000;

describe('reports comparisons that exclude each other, as they are never true', () => {
  test.each<[string, string]>([
    [
      'now.hour >= 22 && now.hour < 6',
      'now.hour >= 22 && now.hour < 6 is never true; for a time span past midnight, write (now.hour >= 22 || now.hour < 6).',
    ],
    [
      'now.weekday == 1 && now.timestamp.getHours("Europe/Berlin") > 17 && now.timestamp.getHours("Europe/Berlin") <= 8',
      'now.timestamp.getHours("Europe/Berlin") > 17 && now.timestamp.getHours("Europe/Berlin") <= 8 is never true; for a time span past midnight, write (now.timestamp.getHours("Europe/Berlin") > 17 || now.timestamp.getHours("Europe/Berlin") <= 8).',
    ],
    [
      'geo.country == "KP" && geo.country == "IR"',
      'geo.country == "KP" && geo.country == "IR" is never true; write || if one of them is enough.',
    ],
  ])('%s', (when, sentence) => {
    expect(issuesOf(when)).toEqual([sentence]);
  });

  test.each([
    'abuse.score >= 75 && abuse.score < 25',
    '75 <= abuse.score && 25 > abuse.score',
    'abuse.score > 25 && abuse.score < 26',
    'abuse.score > 10.5 && abuse.score < 10.9',
    'abuse.score >= 75 && (abuse.tor && !(abuse.score > 50))',
    'geo.country == "KP" && abuse.score > 5 && "IR" == geo.country',
    'geo.country in ["KP"] && geo.country in ["IR", "SY"]',
    'geo.country in ["KP", "IR"] && geo.country != "KP" && geo.country != "IR"',
    'request.grant == "password" && request.grant != "password"',
    'address.version == 4 && address.version == 6',
    'address.version != 4 && address.version != 6',
    'abuse.tor == true && abuse.tor == false',
    'request.headers["a"] == "1" && request.headers["a"] == "2"',
    'token.scopes.exists(s, s == "a" && s == "b")',
    'size(token.scopes) > 3 && size(token.scopes) < 2',
    'now.hour * 60 + now.minute >= 1320 && now.hour * 60 + now.minute < 360',
    'now.timestamp > timestamp("2027-01-01T00:00:00Z") && now.timestamp < timestamp("2026-01-01T00:00:00Z")',
    'abuse.score > 90 || (now.hour >= 22 && now.hour < 6)',
    '!(now.hour >= 22 && now.hour < 6)',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([expect.stringMatching(/ is never true; (write|for a time) /)]);
  });

  test('also in a text', () => {
    const text = '{ claims: { set: { night: "${now.hour >= 22 && now.hour < 6}" } } }';
    expect(issuesIn(policyText(rule('one', true, text)))).toEqual([
      expect.stringContaining('is never true'),
    ]);
  });
});

describe('reports alternatives of which one is always true', () => {
  test.each([
    'geo.country != "KP" || geo.country != "IR"',
    '!(geo.country == "KP") || !(geo.country == "IR")',
    '!(geo.country in ["KP"]) || abuse.tor || !(geo.country in ["IR"])',
    'now.hour >= 9 || now.hour < 17',
    'request.grant != "password" || request.grant != "refresh_token"',
    'abuse.score <= 90 || abuse.score > 90',
    'address.version == 4 || address.version == 6',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([
      expect.stringMatching(/ is always true; write && if both must be true\.$/),
    ]);
  });
});

describe('accepts a condition that some requests satisfy and others do not', () => {
  test.each([
    'abuse.score > 25 && abuse.score < 27',
    'abuse.score > 10.5 && abuse.score < 11.1',
    'abuse.score >= 0 && abuse.score < 50',
    'now.hour < 24 || now.hour > 5',
    'now.weekday == 0 || now.weekday == 6',
    'geo.country != "KP" && geo.country != "IR"',
    'geo.country in ["KP", "IR"] && geo.country in ["IR", "SY"]',
    'request.headers["a"] == "1" && request.headers["b"] == "2"',
    '"a" in token.scopes && "b" in token.scopes',
    'now.timestamp.getHours("Europe/Berlin") >= 22 && now.timestamp.getHours("Asia/Tokyo") < 6',
    'now.timestamp > timestamp("2026-01-01T00:00:00Z") && now.timestamp < timestamp("2027-01-01T00:00:00Z")',
    '(now.hour + 2) * 3 > 60 && now.hour + 2 * 3 < 12',
    'double(request.params["x"]) < 5.0 || double(request.params["x"]) >= 5.0',
    '["a"].exists(s, s == request.grant) && ["b"].exists(s, s == request.client_id)',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([]);
  });

  test.each<[number, 'refuse' | 'issue']>([
    [23, 'refuse'],
    [2, 'refuse'],
    [6, 'issue'],
    [12, 'issue'],
  ])('the remedy for time spans past midnight works: at %i h', async (hour, outcome) => {
    const decision = await decideBy(policy('now.hour >= 22 || now.hour < 6'), { now: at(hour) });
    expect(decision.outcome).toBe(outcome);
  });

  test('accepts many comparisons of one variable', async () => {
    const clients = Array.from({ length: 200 }, (_, index) => `request.client_id != "c${index}"`);
    expect((await decideBy(policy(clients.join(' && ')))).outcome).toBe('refuse');
  });
});
