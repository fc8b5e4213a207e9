import { Stack } from 'aws-cdk-lib';
import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FEED_QUERIES, SAVED_QUERIES } from './queries.ts';
import { queryString } from './query.ts';

export interface SavedQueriesProps {
  readonly logGroup: ILogGroup;
  readonly hasFeeds: boolean;
}

/** The saved queries of the log group, in the console under Logs Insights. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { logGroup, hasFeeds }: SavedQueriesProps) {
    super(scope, id);
    for (const query of [...SAVED_QUERIES, ...(hasFeeds ? FEED_QUERIES : [])]) {
      new CfnQueryDefinition(this, query.name.replaceAll(/\W/g, ''), {
        name: `${Stack.of(this).stackName}/${query.name}`,
        queryString: queryString(query),
        logGroupNames: [logGroup.logGroupName],
        ...(query.parameters && { parameters: [...query.parameters] }),
      });
    }
  }
}
