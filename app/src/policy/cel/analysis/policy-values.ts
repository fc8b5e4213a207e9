import type { Node } from '../library/node.ts';
import { printValue } from '../library/print.ts';
import type { Flow } from './flow.ts';
import type { FlowContext } from './flow-context.ts';

/**
 * Checks values of the policy that reach a function through a variable or a list. Skips values that may also come
 * from the request, because the condition may have tested those.
 *
 * @param issueOf returns why the function does not accept a value.
 */
export function checkPolicyValues(
  node: Node,
  flow: Flow,
  issueOf: (value: unknown) => string | undefined,
  { constants, declarations: { lists }, issues }: FlowContext,
): void {
  // Constants have been evaluated already.
  if (constants.has(node)) return;
  const sources = [...flow.sources.values()];
  if (!sources.every(({ kind }) => kind === 'constant' || kind === 'entry')) return;
  for (const source of sources) {
    if (source.kind === 'constant') {
      const issue = issueOf(source.value);
      if (issue !== undefined) issues.add(`${issue} (for ${printValue(source.value)})`);
    } else if (source.kind === 'entry') {
      for (const { value } of lists.get(source.list)?.entries ?? []) {
        const issue = issueOf(value);
        if (issue !== undefined) issues.add(`lists.${source.list} contains "${value}": ${issue}`);
      }
    }
  }
}
