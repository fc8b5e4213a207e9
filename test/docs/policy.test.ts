import { compilePolicy } from '../../app/src/policy/compile.ts';
import { startTestService } from '../support/running-service.ts';
import { codeBlocks, readPage, sectionOf } from './pages.ts';

test('the policy in README.md compiles', () => {
  const [text = ''] = codeBlocks(readPage('README.md').text, 'yaml');
  expect(compilePolicy(text, 'README.md').rules).toHaveLength(3);
});

test('the tutorial in docs/policy.md has the results that it shows', async () => {
  const section = sectionOf(readPage('docs/policy.md'), 'Tutorial: from a test case to a rule');
  const [request = '', ...shown] = codeBlocks(section, 'json');
  const [withoutRules = '', withRule = ''] = codeBlocks(section, 'yaml');
  const [unchanged, restricted, record] = shown.map((json) => JSON.parse(json));

  const respond = async (policy: string, body: string) => {
    const service = await startTestService({ policy });
    const response = await (await service.post(body)).json();
    const [decision] = service.decisions();
    await service.stop();
    return { response, decision };
  };

  expect((await respond(withoutRules, request)).response).toEqual(unchanged);
  const { response, decision } = await respond(withRule, request);
  expect(response).toEqual(restricted);
  expect(decision).toMatchObject(record);
  const other = request.replace('14.102.69.58', '205.210.31.51');
  expect((await respond(withRule, other)).response).toEqual(unchanged);
});

test('the shared values in docs/policy.md compile', () => {
  const [text = ''] = codeBlocks(sectionOf(readPage('docs/policy.md'), 'The file'), 'yaml');
  const complete = `${text}unknown: { address: { deny: No. }, reputation: { deny: No. } }\n`;
  expect(compilePolicy(complete, 'docs/policy.md').rules).toHaveLength(1);
});
