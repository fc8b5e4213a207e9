import { decideOn } from './decide.ts';
import { policyOf } from './policies.ts';

/** The value of a condition, as the issued tokens show it. */
export type Verdict = 'true' | 'false' | 'fails';

/**
 * Evaluates a condition by its effect on tokens: it is true if its rule refuses and allows, false if it does
 * neither, and fails if it refuses but does not allow.
 *
 * @param lists the lists of the policy.
 */
export async function verdictOf(
  when: string,
  request: string,
  lists: object = {},
): Promise<Verdict> {
  const refusing = await decideOn(
    request,
    policyOf([{ id: 'rule', when, effects: { deny: 'No.' } }], { lists }),
  );
  const allowing = await decideOn(
    request,
    policyOf(
      [
        { id: 'rule', when, effects: { allow: true } },
        { id: 'others', effects: { deny: 'No.' } },
      ],
      { lists },
    ),
  );
  const isRefused = refusing.outcome.kind === 'refused';
  const isAllowed = allowing.outcome.kind === 'token';
  if (isRefused && isAllowed) return 'true';
  if (!isRefused && !isAllowed) return 'false';
  if (!isRefused) throw new Error(`${when} allows but does not refuse`);
  expect(refusing.event.decision.failed).toEqual(['rule']);
  expect(allowing.event.decision.failed).toEqual(['rule']);
  return 'fails';
}
