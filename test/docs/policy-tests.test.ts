import { compilePolicy } from '../../app/src/policy/compile.ts';
import { readCases } from '../../app/tools/policy/cases/read.ts';
import { runCases } from '../../app/tools/policy/cases/run.ts';
import { codeBlocks, readPage, sectionOf } from './pages.ts';

const PAGE = readPage('docs/policy-tests.md');
const blocksOf = (section: string) => codeBlocks(sectionOf(PAGE, section), 'yaml');

test('the tutorial has the results that it shows', async () => {
  const [first = '', empty = '', complete = '', more = ''] = blocksOf(
    'Tutorial: from a failing case to a policy',
  );
  const run = async (policy: string, cases: string) => {
    const result = await runCases(
      compilePolicy(policy, 'contractor.yaml'),
      readCases(cases, 'contractor.cases.yaml').cases,
    );
    const failed = result.results.filter(({ status }) => status !== 'passed');
    return { failed: failed.map((one) => one.case.name), percent: result.coverage.percent };
  };
  expect((await run(empty, first)).failed).toEqual(['contractors: score 48']);
  expect(await run(complete, first)).toEqual({ failed: [], percent: 27 });
  expect(await run(complete, first + more)).toEqual({ failed: [], percent: 100 });
});

test.each(['Files', 'Unknown signals'])('the cases in "%s" pass', async (section) => {
  const policy = compilePolicy(readPage('app/policy.yaml').text, 'policy.yaml');
  const [cases = ''] = blocksOf(section);
  expect(await runCases(policy, readCases(cases, 'a.cases.yaml').cases)).toMatchObject({
    failed: 0,
  });
});
