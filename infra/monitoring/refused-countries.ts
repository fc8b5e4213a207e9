import { Stack } from 'aws-cdk-lib';
import { CfnInsightRule } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface RefusedCountriesProps {
  /** The log of the tasks, with the decision records. */
  readonly logGroup: ILogGroup;
}

/**
 * Counts refusals by country, with Contributor Insights: as a dimension of a metric, 250 countries would
 * be 250 metrics to pay for. A refusal without a country counts nowhere.
 */
export class RefusedCountries extends Construct {
  readonly ruleName: string;

  constructor(scope: Construct, id: string, { logGroup }: RefusedCountriesProps) {
    super(scope, id);
    const rule = new CfnInsightRule(this, 'Rule', {
      ruleName: `${Stack.of(this).stackName}-RefusedCountries`,
      ruleState: 'ENABLED',
      ruleBody: Stack.of(this).toJsonString({
        Schema: { Name: 'CloudWatchLogRule', Version: 1 },
        LogGroupNames: [logGroup.logGroupName],
        LogFormat: 'JSON',
        Contribution: {
          Keys: ['$.signals.geo.country'],
          Filters: [
            { Match: '$.event', In: ['decision'] },
            { Match: '$.outcome', In: ['refuse'] },
          ],
        },
        AggregateOn: 'Count',
      }),
    });
    this.ruleName = rule.attrRuleName;
  }
}
