import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '../../../../app/src/policy/file/load.ts';
import { decideBy } from '../../../support/decide.ts';
import { requestWithClaims } from '../../../support/payloads.ts';
import { issuesIn } from '../../../support/policies.ts';

const RULES = `version: 1
rules:
  - id: one
    when: token.claims["city"] == "Zürich"
    then: { deny: "No" }
`;

const UTF8 = Buffer.from(RULES, 'utf8');

/** Loads a policy from a file of these bytes. */
async function load(bytes: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  const file = join(folder, 'policy.yaml');
  await writeFile(file, bytes);
  return loadPolicy(file);
}

describe('a policy file is UTF-8', () => {
  test.each<[string, Uint8Array]>([
    ['plain', UTF8],
    ['with a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), UTF8])],
    ['with Windows line endings', Buffer.from(RULES.replaceAll('\n', '\r\n'))],
  ])('%s: non-ASCII characters match', async (_, bytes) => {
    const policy = await load(bytes);
    const request = requestWithClaims({ city: 'Zürich' });
    expect((await decideBy(policy, { request })).outcome).toBe('refuse');
    const other = requestWithClaims({ city: 'Zurich' });
    expect((await decideBy(policy, { request: other })).outcome).toBe('issue');
  });

  const utf16be = Buffer.from(RULES, 'utf16le').swap16();
  test.each<[string, Uint8Array, RegExp]>([
    ['Latin-1', Buffer.from(RULES, 'latin1'), /policy\.yaml:4: The file is not valid UTF-8; /],
    [
      'UTF-16, little endian, with a byte order mark',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(RULES, 'utf16le')]),
      /policy\.yaml:1: The file is not valid UTF-8; /,
    ],
    [
      'UTF-16, big endian, with a byte order mark',
      Buffer.concat([Buffer.from([0xfe, 0xff]), utf16be]),
      /policy\.yaml:1: The file is not valid UTF-8; /,
    ],
    [
      'UTF-16 with only ASCII characters, without a byte order mark',
      Buffer.from(RULES.replace('ü', 'u'), 'utf16le'),
      /policy\.yaml:1: The file contains NUL bytes, as UTF-16 does; /,
    ],
    [
      'a lone continuation byte in a comment',
      Buffer.concat([UTF8, Buffer.from('# '), Buffer.from([0xbf])]),
      /policy\.yaml:6: The file is not valid UTF-8; /,
    ],
    [
      'a truncated character at the end of the file',
      Buffer.concat([UTF8, Buffer.from([0x23, 0xc3])]),
      /policy\.yaml:6: The file is not valid UTF-8; /,
    ],
    [
      'a surrogate',
      Buffer.concat([UTF8, Buffer.from([0x23, 0xed, 0xa0, 0x80])]),
      /policy\.yaml:6: The file is not valid UTF-8; /,
    ],
  ])('%s is reported in one sentence with the line', async (_, bytes, sentence) => {
    const error: Error = await load(bytes).then(
      () => new Error('loaded'),
      (reason) => reason,
    );
    expect(error.message).toMatch(sentence);
    expect(error.message).toMatch(/save the policy as UTF-8\.$/);
    expect(error.message).not.toContain('\n');
  });
});

describe('anchors, aliases and merge keys', () => {
  test('one anchor may be used in a thousand rules', async () => {
    const rules = Array.from(
      { length: 1000 },
      (_, n) => `  - { id: r${n}, when: token.lifetime == ${n}, then: *no }\n`,
    );
    const text = `version: 1\nx-no: &no { deny: "No" }\nrules:\n${rules.join('')}  - { id: last, when: true, then: *no }\n`;
    expect((await decideBy(text)).matched).toEqual(['last']);
  });

  test('keys that begin with x- are ignored, whatever they contain', () => {
    const text = `version: 1\nx-note: anything\nx-list: &l [1, a, { b: c }]\nx-: null\nx-again: *l\nrules: []\n`;
    expect(issuesIn(text)).toEqual([]);
  });

  test.each([
    [
      'at the top',
      'version: 1\ny-note: a\nrules: []\n',
      'policy.yaml:2: y-note: is not a known key.',
    ],
    [
      'in a rule',
      'version: 1\nrules:\n  - id: one\n    when: true\n    then: { allow: true }\n    x-note: a\n',
      'policy.yaml:6: rule "one", x-note: is not a known key; did you mean note?',
    ],
  ])('other unknown keys %s are issues', (_, text, sentence) => {
    expect(issuesIn(text)).toEqual([sentence]);
  });

  test('a rule may merge common fields and override them', async () => {
    const text = `version: 1
x-monitored: &monitored { mode: monitor, note: rollout }
x-cut: &cut { then: { lifetime: 5m } }
rules:
  - { <<: *monitored, id: monitored, when: true, then: { deny: "No" } }
  - { <<: [*monitored, *cut], id: enforced, when: true, mode: enforce }
`;
    const decision = await decideBy(text);
    expect(decision).toMatchObject({ outcome: 'restrict', matched: ['enforced'] });
    expect(decision.monitored).toHaveLength(1);
  });

  test('an issue in an anchor is reported at its own line', () => {
    const text = `version: 1\nx-when: &when abus > 1\nx-then: &then\n  lifetime: 0\nrules:\n  - id: one\n    when: *when\n    then: *then\n`;
    expect(issuesIn(text)).toEqual([
      expect.stringMatching(/^policy\.yaml:2: rule "one", when: unknown variable abus/),
      expect.stringMatching(
        /^policy\.yaml:4: rule "one", then\.lifetime: 0 is not a valid duration;/,
      ),
    ]);
  });
});

describe('a value that YAML reads differently from its author is an issue', () => {
  const denying = (when: string) =>
    `version: 1\nrules:\n  - id: one\n    when: ${when}\n    then: { deny: "No" }\nunknown: { address: { deny: a }, geo: { deny: g } }\n`;
  const TAG =
    "YAML reads the ! before this value as a tag and drops it; quote the whole value, e.g. '!has(geo.city)'.";
  const COMMENT =
    'YAML joins these lines, so the comment after // hides the rest of the condition; write the condition below when: |, or remove the comment.';

  test.each<[string, string, string]>([
    ['a negation with a space', denying('! address.public'), `policy.yaml:4: ${TAG}`],
    ['before a quoted string', denying(`! 'address.public'`), `policy.yaml:4: ${TAG}`],
    ['in a list', 'version: 1\nlists:\n  a: [KP, ! IR]\nrules: []\n', `policy.yaml:3: ${TAG}`],
    [
      'in a description',
      'version: 1\nrules:\n  - { id: one, when: true, then: { deny: ! No } }\n',
      `policy.yaml:3: ${TAG}`,
    ],
    [
      'a comment in a plain condition of two lines',
      denying('geo.country == "KP" // Korea\n      || geo.country == "IR"'),
      `policy.yaml:4: ${COMMENT}`,
    ],
    [
      'a comment in a folded block',
      denying('>-\n      geo.country == "KP" // Korea\n      || geo.country == "IR"'),
      `policy.yaml:4: ${COMMENT}`,
    ],
    [
      'a comment in quotes',
      denying(`'geo.country == "KP" // Korea\n      || geo.country == "IR"'`),
      `policy.yaml:4: ${COMMENT}`,
    ],
    [
      'a comment in a condition that has an anchor',
      denying('*when').replace(
        'rules:',
        'x-when: &when >\n  geo.country == "KP" // Korea\n  || geo.country == "IR"\nrules:',
      ),
      `policy.yaml:7: ${COMMENT}`,
    ],
    [
      'a comment in the expression of a template',
      'version: 1\nrules:\n  - id: one\n    when: true\n    then:\n      deny: >-\n        No ${request.grant // grant\n        + "!"}\n',
      `policy.yaml:6: ${COMMENT}`,
    ],
    [
      'the types of YAML 1.1',
      '%YAML 1.1\n---\nversion: 1\nrules:\n  - { id: one, when: yes, then: { lifetime: 1:30 } }\n',
      'policy.yaml:1: the file is read as YAML 1.2, and %YAML 1.1 reads some values differently; remove this line.',
    ],
  ])('%s', (_, text, sentence) => {
    expect(issuesIn(text)).toEqual([sentence]);
  });

  test.each<[string, string]>([
    [
      'a literal block',
      '|\n      geo.country == "KP" || // Korea\n      geo.country == "IR"   // Iran',
    ],
    [
      'the last line of a folded block',
      '>\n      geo.country == "KP" ||\n      geo.country == "IR" // Iran',
    ],
    ['the only line', 'geo.country in ["KP", "IR"] // both'],
    [
      'before an empty line of a folded block',
      '>\n      geo.country == "KP" // Korea\n\n      || geo.country == "IR"',
    ],
    ['a string, not a comment', `'request.client_id == "http://a"\n      || geo.country == "IR"'`],
    [
      'a string with the other quotes',
      `request.client_id == 'a"//b' ||\n      geo.country == "IR"`,
    ],
  ])('a comment that hides nothing: %s', async (_, when) => {
    expect((await decideBy(denying(when), { geo: 'IR' })).outcome).toBe('refuse');
    expect((await decideBy(denying(when), { geo: 'LK' })).outcome).toBe('issue');
  });

  test('%YAML 1.2 and type tags are accepted', async () => {
    const text = `%YAML 1.2\n---\n${denying('!!str geo.country == "IR"')}`;
    expect((await decideBy(text, { geo: 'IR' })).outcome).toBe('refuse');
  });
});
