import { countContributors, parseInsightRule } from '../../support/contributor-insights.ts';
import { resolveText } from '../../support/dashboard.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { synthesize } from '../../support/stack.ts';

interface Rule {
  readonly RuleName: string;
  readonly RuleState: string;
  readonly RuleBody: unknown;
}

const { RuleName, RuleState, RuleBody } = synthesize().only<Rule>(
  'AWS::CloudWatch::InsightRule',
).Properties;
const rule = parseInsightRule(resolveText(RuleBody));

test('The rule is enabled and reads the log group of the tasks', () => {
  expect({ RuleName, RuleState }).toEqual({
    RuleName: 'RiskGate-RefusedCountries',
    RuleState: 'ENABLED',
  });
  const [task] = synthesize().resources<{
    ContainerDefinitions: { LogConfiguration: { Options: { 'awslogs-group': unknown } } }[];
  }>('AWS::ECS::TaskDefinition');
  const group = task?.Properties.ContainerDefinitions[0]?.LogConfiguration.Options['awslogs-group'];
  expect(rule.LogGroupNames).toEqual([resolveText(group)]);
});

test('The rule counts only refusals, by country', async () => {
  const counted = countContributors(rule, await recordRun());
  expect(Object.fromEntries(counted)).toEqual({ KP: 2, RU: 1, ID: 1 });
});
