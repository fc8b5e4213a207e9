import { Stack } from 'aws-cdk-lib';
import { CfnInsightRule } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface RefusedCountriesProps {
  /** The log group of the tasks, which contains the decision records. */
  readonly logGroup: ILogGroup;
}

/**
 * Counts refusals by country with a Contributor Insights rule: as a dimension of a metric, 250 countries would
 * be charged as 250 metrics. Refusals without a country are not counted.
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
            // Tests are no logins.
            { Match: '$.test', IsPresent: false },
          ],
        },
        AggregateOn: 'Count',
      }),
    });
    this.ruleName = rule.attrRuleName;
  }
}
