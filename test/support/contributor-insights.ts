import * as z from 'zod';

const path = z.string().regex(/^\$(\.\w+)+$/);
const RULE = z.strictObject({
  Schema: z.strictObject({ Name: z.literal('CloudWatchLogRule'), Version: z.literal(1) }),
  LogGroupNames: z.array(z.string()).min(1),
  LogFormat: z.literal('JSON'),
  Contribution: z.strictObject({
    Keys: z.array(path).min(1).max(4),
    Filters: z
      .array(z.strictObject({ Match: path, In: z.array(z.string()).min(1).max(10) }))
      .max(4),
  }),
  AggregateOn: z.literal('Count'),
});

export type InsightRule = z.infer<typeof RULE>;

/** A rule of Contributor Insights. @throws ZodError when it has not the form of its documentation. */
export function parseInsightRule(body: string): InsightRule {
  return RULE.parse(JSON.parse(body));
}

/** How often a rule counts each contributor. An event that lacks a key or fails a filter counts nowhere. */
export function countContributors(
  { Contribution }: InsightRule,
  lines: readonly string[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const event: unknown = JSON.parse(line);
    const keys = Contribution.Keys.map((key) => at(event, key));
    const passes = Contribution.Filters.every(({ Match, In }) =>
      In.includes(String(at(event, Match))),
    );
    if (!passes || keys.includes(undefined)) continue;
    const contributor = keys.join();
    counts.set(contributor, (counts.get(contributor) ?? 0) + 1);
  }
  return counts;
}

function at(event: unknown, pathToMember: string): unknown {
  const [, ...names] = pathToMember.split('.');
  let value = event;
  for (const name of names) value = (value as Record<string, unknown> | undefined)?.[name];
  return value;
}
