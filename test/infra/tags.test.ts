import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { warnOfStackTags } from '../../infra/tags.ts';
import { contextOf, synthesize, synthesizeNow } from '../support/stack.ts';

const directory = mkdtempSync(join(tmpdir(), 'risk-gate-tags-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const UNTAGGED = [
  'AWS::CloudFront::VpcOrigin',
  'AWS::CloudWatch::Dashboard',
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ElasticLoadBalancingV2::Listener',
];

test.each(UNTAGGED)('%s has no tags, whatever the configuration', (type) => {
  const [resource] = synthesize('tags').resources(type);
  expect(resource).toBeDefined();
  expect(resource?.Properties).not.toHaveProperty('Tags');
});

test('A changed tag changes nothing but tags', async () => {
  const tags = { team: 'platform', stage: 'production' };
  const after = await synthesizeNow({ ...contextOf('tags'), tags });
  expect(after.text).toContain('"platform"');
  expect(after.text.replaceAll('"platform"', '"iam"')).toBe(synthesize('tags').text);
});

test.each<[name: string, files: Readonly<Record<string, string>>, warned: string[]]>([
  ['no file', {}, []],
  ['a file without tags', { 'cdk.json': '{"context":{"riskGate":{"tags":{"a":"b"}}}}' }, []],
  ['tags in cdk.json', { 'cdk.json': '{"tags":[{"Key":"a","Value":"b"}]}' }, ['cdk.json']],
  [
    'tags in both files',
    { '.cdk.json': '{"tags":[]}', 'cdk.json': '{"tags":[{"Key":"a","Value":"b"}]}' },
    ['.cdk.json', 'cdk.json'],
  ],
])('With %s, synth warns as often as there are tags beside context', (_, files, warned) => {
  const folder = mkdtempSync(join(directory, 'project-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const stack = new Stack(new App(), 'Stack');
  warnOfStackTags(
    stack,
    ['.cdk.json', 'cdk.json'].map((name) => join(folder, name)),
  );
  const warnings = stack.node.metadata
    .filter(({ type }) => type === 'aws:cdk:warning')
    .map(({ data }) => String(data));
  expect(warnings).toHaveLength(warned.length);
  for (const name of warned) {
    expect(warnings).toContainEqual(
      expect.stringContaining(`${join(folder, name)} has tags beside context`),
    );
  }
});
