import { ListFunctionsCommand, ListVpcOriginsCommand } from '@aws-sdk/client-cloudfront';
import {
  paginateDescribeAlarms,
  paginateDescribeInsightRules,
  paginateListDashboards,
} from '@aws-sdk/client-cloudwatch';
import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { paginateListSchedules } from '@aws-sdk/client-scheduler';
import type { Clients } from '../clients.ts';

/** How to find resources of one type by name. */
interface NameLookup {
  /** The path of the property with the name. */
  readonly property: readonly string[];
  readonly noun: string;
  readonly plural: string;
  /** Returns those of the names that exist, each with its id in CloudFormation, which may be the end of an ARN. */
  readonly find: (
    clients: Clients,
    names: readonly string[],
  ) => Promise<ReadonlyMap<string, string>>;
}

/**
 * CloudFormation's types whose name in the template is unique in the account or region. Others have generated names, or, as
 * saved queries, may have the same name twice.
 */
export const NAME_LOOKUPS: Readonly<Record<string, NameLookup>> = {
  'AWS::CloudWatch::Alarm': {
    property: ['AlarmName'],
    noun: 'alarm',
    plural: 'alarms',
    find: (clients, names) => findAlarms(clients, names, 'MetricAlarm'),
  },
  'AWS::CloudWatch::CompositeAlarm': {
    property: ['AlarmName'],
    noun: 'composite alarm',
    plural: 'composite alarms',
    find: (clients, names) => findAlarms(clients, names, 'CompositeAlarm'),
  },
  'AWS::CloudWatch::Dashboard': {
    property: ['DashboardName'],
    noun: 'dashboard',
    plural: 'dashboards',
    find: ({ cloudWatch: client }, names) =>
      search(names, paginateListDashboards({ client }, {}), ({ DashboardEntries = [] }) =>
        DashboardEntries.map(({ DashboardName }) => DashboardName),
      ),
  },
  'AWS::CloudWatch::InsightRule': {
    property: ['RuleName'],
    noun: 'Contributor Insights rule',
    plural: 'Contributor Insights rules',
    find: ({ cloudWatch: client }, names) =>
      search(names, paginateDescribeInsightRules({ client }, {}), ({ InsightRules = [] }) =>
        InsightRules.map(({ Name }) => Name),
      ),
  },
  'AWS::Logs::LogGroup': {
    property: ['LogGroupName'],
    noun: 'log group',
    plural: 'log groups',
    find: async ({ logs: client }, names) => {
      const found = new Map<string, string>();
      for (const logGroupNamePrefix of names) {
        const pages = paginateDescribeLogGroups({ client }, { logGroupNamePrefix });
        const some = await search(names, pages, ({ logGroups = [] }) =>
          logGroups.map(({ logGroupName }) => logGroupName),
        );
        for (const [name, id] of some) found.set(name, id);
      }
      return found;
    },
  },
  'AWS::Scheduler::Schedule': {
    property: ['Name'],
    noun: 'schedule',
    plural: 'schedules',
    find: ({ scheduler: client }, names) =>
      search(names, paginateListSchedules({ client }, {}), ({ Schedules = [] }) =>
        Schedules.map(({ Name }) => Name),
      ),
  },
  'AWS::CloudFront::Function': {
    property: ['Name'],
    noun: 'CloudFront function',
    plural: 'CloudFront functions',
    find: ({ cloudFront }, names) =>
      searchMarked(names, async (Marker) => {
        const { FunctionList } = await cloudFront.send(new ListFunctionsCommand({ Marker }));
        const items = FunctionList?.Items?.map(({ Name }) => [Name, Name] as const) ?? [];
        return { items, next: FunctionList?.NextMarker };
      }),
  },
  'AWS::CloudFront::VpcOrigin': {
    property: ['VpcOriginEndpointConfig', 'Name'],
    noun: 'VPC origin',
    plural: 'VPC origins',
    find: ({ cloudFront }, names) =>
      searchMarked(names, async (Marker) => {
        const { VpcOriginList } = await cloudFront.send(new ListVpcOriginsCommand({ Marker }));
        const items = VpcOriginList?.Items?.map(({ Name, Id }) => [Name, Id] as const) ?? [];
        return { items, next: VpcOriginList?.NextMarker };
      }),
  },
};

function findAlarms(
  { cloudWatch: client }: Clients,
  names: readonly string[],
  type: 'MetricAlarm' | 'CompositeAlarm',
): Promise<ReadonlyMap<string, string>> {
  const pages = paginateDescribeAlarms({ client }, { AlarmTypes: [type] });
  return search(names, pages, ({ MetricAlarms = [], CompositeAlarms = [] }) =>
    [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName }) => AlarmName),
  );
}

/** Finds names whose id is the name. */
async function search<Page>(
  names: readonly string[],
  pages: AsyncIterable<Page>,
  namesOf: (page: Page) => readonly (string | undefined)[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const page of pages) {
    for (const name of namesOf(page)) {
      if (name !== undefined && names.includes(name)) found.set(name, name);
    }
  }
  return found;
}

interface MarkedPage {
  readonly items: readonly (readonly [name: string | undefined, id: string | undefined])[];
  readonly next: string | undefined;
}

/** Finds names in lists of CloudFront, which have no paginators. */
async function searchMarked(
  names: readonly string[],
  list: (marker: string | undefined) => Promise<MarkedPage>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  let marker: string | undefined;
  do {
    const { items, next } = await list(marker);
    for (const [name, id] of items) {
      if (name !== undefined && id !== undefined && names.includes(name)) found.set(name, id);
    }
    marker = next;
  } while (marker);
  return found;
}
