import type { Policy } from '../../../src/policy/policy.ts';
import { type ExplainedRule, explain } from '../../explain/explain.ts';
import type { PolicyCase } from './read.ts';
import { prepareCase, type ReadRequestFile } from './run-case.ts';

/**
 * Explains the decision on a case that has failed, one line for each rule that did something, or that the case expected
 * to do something.
 */
export async function describeRules(
  policyCase: PolicyCase,
  original: Policy,
  readRequestFile: ReadRequestFile,
): Promise<string[]> {
  const { policy, request, signals, now } = prepareCase(policyCase, original, readRequestFile);
  const { rules } = await explain(request, policy, signals, now);
  const { rules: expectedRules = [], refused_by: refusedBy } = policyCase.expect;
  const expected = new Set([...expectedRules, refusedBy]);
  const lines = rules.flatMap((rule) => {
    const isRelevant = !['not-matched', 'not-reached'].includes(rule.outcome);
    return isRelevant || expected.has(rule.id) ? [describeRule(rule)] : [];
  });
  return lines.length === 0 ? ['no rule matched'] : lines;
}

const OUTCOMES: Readonly<Record<ExplainedRule['outcome'], string>> = {
  matched: 'matched',
  'not-matched': 'did not match',
  unknown: 'could not be decided',
  failed: 'failed',
  'not-reached': 'was not reached, because an earlier rule ended the evaluation',
};

function describeRule({ id, outcome, values, error, unknown, effects }: ExplainedRule): string {
  const seen = values.flatMap(({ name, value }) =>
    value === undefined ? [] : `${name} = ${value}`,
  );
  const causes = unknown.map(({ signal, cause }) => `${signal} unknown: ${cause}`);
  const details = [...seen, ...causes, ...(error === undefined ? [] : [error])].join(', ');
  const actions = effects.flatMap(({ source, actions, monitored }) => {
    const prefix = `${source === id ? '' : `${source}: `}${monitored ? 'monitored: ' : ''}`;
    return actions.map((action) => prefix + action);
  });
  return [
    `${id} ${OUTCOMES[outcome]}`,
    details === '' ? '' : ` (${details})`,
    actions.length === 0 ? '' : `: ${actions.join('; ')}`,
  ].join('');
}
