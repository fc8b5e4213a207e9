import * as z from 'zod';

const PATH = z.string().regex(/^\$(\.\w+)+$/);
const RULE = z.strictObject({
  Schema: z.strictObject({ Name: z.literal('CloudWatchLogRule'), Version: z.literal(1) }),
  LogGroupNames: z.array(z.string()).min(1),
  LogFormat: z.literal('JSON'),
  Contribution: z.strictObject({
    Keys: z.array(PATH).min(1).max(4),
    Filters: z
      .array(
        z.union([
          z.strictObject({ Match: PATH, In: z.array(z.string()).min(1).max(10) }),
          z.strictObject({ Match: PATH, IsPresent: z.boolean() }),
        ]),
      )
      .max(4),
  }),
  AggregateOn: z.literal('Count'),
});

export type InsightRule = z.infer<typeof RULE>;

/** Parses a Contributor Insights rule. @throws ZodError if it is not as documented. */
export function parseInsightRule(body: string): InsightRule {
  return RULE.parse(JSON.parse(body));
}

/** Counts each contributor. Events that lack a key or do not match a filter are ignored. */
export function countContributors(
  { Contribution }: InsightRule,
  lines: readonly string[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const event: unknown = JSON.parse(line);
    const keys = Contribution.Keys.map((key) => valueAt(event, key));
    const passes = Contribution.Filters.every((filter) => {
      const value = valueAt(event, filter.Match);
      return 'In' in filter
        ? filter.In.includes(String(value))
        : (value !== undefined) === filter.IsPresent;
    });
    if (!passes || keys.includes(undefined)) continue;
    const contributor = keys.join();
    counts.set(contributor, (counts.get(contributor) ?? 0) + 1);
  }
  return counts;
}

function valueAt(event: unknown, path: string): unknown {
  const [, ...names] = path.split('.');
  let value = event;
  for (const name of names) value = (value as Record<string, unknown> | undefined)?.[name];
  return value;
}
