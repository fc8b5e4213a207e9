import { decideOn } from './decide.ts';
import { policyOf } from './policies.ts';

/** What a condition comes to, judged by the tokens that result from it. */
export type Verdict = 'true' | 'false' | 'fails';

/**
 * Evaluates a condition by what it does to a token: true where its rule refuses and would allow, false where it
 * does neither, and failing where it refuses but does not allow.
 *
 * @param lists the lists of the policy.
 */
export async function verdictOf(
  when: string,
  request: string,
  lists: object = {},
): Promise<Verdict> {
  const refuses = await decideOn(
    request,
    policyOf([{ id: 'rule', when, effects: { deny: 'No.' } }], { lists }),
  );
  const allows = await decideOn(
    request,
    policyOf(
      [
        { id: 'rule', when, effects: { allow: true } },
        { id: 'others', effects: { deny: 'No.' } },
      ],
      { lists },
    ),
  );
  const isRefused = refuses.outcome.kind === 'refused';
  const isAllowed = allows.outcome.kind === 'token';
  if (isRefused && isAllowed) return 'true';
  if (!isRefused && !isAllowed) return 'false';
  if (!isRefused) throw new Error(`${when} does not refuse, and allows`);
  expect(refuses.event.decision.failed).toEqual(['rule']);
  expect(allows.event.decision.failed).toEqual(['rule']);
  return 'fails';
}
