import type { HeapProfiler, Profiler, Runtime } from 'node:inspector';

/** The file that the recorder writes. */
export interface Recording {
  readonly time: Profiler.Profile;
  readonly memory: HeapProfiler.SamplingHeapProfile;
}

/** Returns the part that a function belongs to, or `undefined` for a V8 function, which belongs to its caller. */
export type PartOf = (frame: Runtime.CallFrame) => string | undefined;

/** Returns the microseconds of CPU time of each part, without idle time. */
export function timeByPart(profile: Profiler.Profile, partOf: PartOf): Map<string, number> {
  const { nodes, samples = [], timeDeltas = [] } = profile;
  const parts = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = (id: number, above: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const part = partOf(node.callFrame) ?? above;
    parts.set(id, part);
    for (const child of node.children ?? []) visit(child, part);
  };
  visit(nodes[0]?.id ?? 0, OTHER);
  const shares = new Map<string, number>();
  // A sample lasts until the next one.
  for (const [at, id] of samples.entries())
    add(shares, parts.get(id) ?? OTHER, timeDeltas[at + 1] ?? 0);
  shares.delete(IDLE);
  return shares;
}

/** Returns the bytes that each part allocated. */
export function memoryByPart(
  { head }: HeapProfiler.SamplingHeapProfile,
  partOf: PartOf,
): Map<string, number> {
  const shares = new Map<string, number>();
  const visit = (node: HeapProfiler.SamplingHeapProfileNode, above: string): void => {
    const part = partOf(node.callFrame) ?? above;
    if (node.selfSize > 0) add(shares, part, node.selfSize);
    for (const child of node.children) visit(child, part);
  };
  visit(head, OTHER);
  return shares;
}

/** The part for time without work. */
export const IDLE = 'idle';

/** The part for code of no other part. */
export const OTHER = 'other';

function add(shares: Map<string, number>, part: string, amount: number): void {
  shares.set(part, (shares.get(part) ?? 0) + amount);
}
