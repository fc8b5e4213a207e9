import { FEED_QUERIES, SAVED_QUERIES } from '../../../infra/monitoring/queries.ts';
import { queryString, type SavedQuery } from '../../../infra/monitoring/query.ts';
import { INDEXED_FIELDS } from '../../../infra/service.ts';
import { parseQuery } from '../../support/logs-insights/parser.ts';
import { type Configuration, type SynthesizedStack, synthesize } from '../../support/stack.ts';

interface Definition {
  readonly Name: string;
  readonly QueryString: string;
  readonly LogGroupNames: readonly unknown[];
  readonly Parameters?: readonly { readonly name?: string; readonly Name?: string }[];
}

const ALL_QUERIES = [...SAVED_QUERIES, ...FEED_QUERIES];

const definitionsOf = (stack: SynthesizedStack) =>
  stack.resources<Definition>('AWS::Logs::QueryDefinition');

test.each<[configuration: Configuration, queries: readonly SavedQuery[]]>([
  ['cloudfront, egress nat', SAVED_QUERIES],
  ['feeds', ALL_QUERIES],
])('Every query is saved for the log group of the tasks, with %s', (configuration, queries) => {
  const stack = synthesize(configuration);
  const definitions = definitionsOf(stack);
  const { LogGroupNames: group } = definitions[0]?.Properties ?? {};
  expect(definitions.map(({ Properties }) => Properties)).toEqual(
    queries.map((query) =>
      expect.objectContaining({
        Name: `RiskGate/${query.name}`,
        QueryString: queryString(query),
        LogGroupNames: group,
      }),
    ),
  );
  const [log] = stack.resources('AWS::Logs::LogGroup').filter(({ id }) => id.startsWith('Service'));
  expect(group).toEqual([{ Ref: log?.id }]);
});

test.each(ALL_QUERIES.map((query) => [query.name, query] as const))(
  '%s declares its parameters and is within the length limit',
  (name, query) => {
    const saved = definitionsOf(synthesize('feeds')).find(({ Properties }) =>
      Properties.Name.endsWith(`/${name}`),
    );
    const used = new Set(
      [...queryString(query).matchAll(/"\{\{(\w+)\}\}"/g)].map(([, each]) => each),
    );
    const declared = (saved?.Properties.Parameters ?? []).map((each) => each.Name);
    expect(declared).toEqual([...used]);
    expect(queryString(query).length).toBeLessThanOrEqual(10_000);
  },
);

test('Queries with parameters filter by indexed fields', () => {
  const log = synthesize().resources<{ FieldIndexPolicies?: unknown }>('AWS::Logs::LogGroup');
  expect(log.map(({ Properties }) => Properties.FieldIndexPolicies)).toContainEqual([
    { Fields: INDEXED_FIELDS },
  ]);
  for (const query of SAVED_QUERIES.filter(({ parameters }) => parameters !== undefined)) {
    const [filter] = parseQuery(queryString(query)).commands;
    const fields = [...JSON.stringify(filter).matchAll(/"kind":"field","name":"([^"]+)"/g)];
    for (const [, field] of fields) expect(INDEXED_FIELDS).toContain(field);
  }
});
