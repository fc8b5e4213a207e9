import type { Target } from '../../../tools/actions-api/target.ts';
import type { Difference } from '../../../tools/register/compare.ts';
import type { RegisterResult } from '../../../tools/register/register.ts';
import type { RotateResult } from '../../../tools/register/rotate.ts';
import { describeRule } from '../../../tools/register/rule.ts';
import type { RemoveResult } from '../../../tools/register/switch.ts';
import type { CommandResult } from '../../command-line.ts';
import type { Colours } from '../../terminal.ts';

interface Context {
  readonly target: Target;
  /** Of the action. */
  readonly name: string;
  readonly isPlan: boolean;
}

const PLAN_NOTE = 'Nothing has been changed. Run the command without --plan to apply this.';

/** Presents a registration. A plan with differences counts as a finding. */
export function presentRegistration(
  { target, name, isPlan }: Context,
  { id, differences, action, applications, warnings: resultWarnings }: RegisterResult,
  inputWarnings: readonly string[],
): CommandResult {
  const warnings = [
    ...inputWarnings,
    ...resultWarnings,
    ...(differences.some(isReactivation) ? [isPlan ? WILL_REACTIVATE : REACTIVATED] : []),
  ];
  const what = `the action "${name}" of ${target.label}`;
  const isNew = differences.some(({ from }) => from === undefined);
  const rule = describeRule(action?.rule, applications);
  const status = action?.status === 'ACTIVE' ? 'active' : 'inactive';
  return {
    json: {
      target: target.label,
      name,
      ...(id !== undefined && { id }),
      applied: !isPlan && differences.length > 0,
      differences,
      ...(action !== undefined && { status: action.status, rule: action.rule ?? null }),
      warnings,
    },
    text: (colours) => {
      const { bold, yellow } = colours;
      const notes = warnings.map((warning) => yellow(`Warning: ${warning}`));
      if (differences.length === 0) {
        return [
          `Nothing to change: ${what} is ${status}. It is called for: ${rule}.`,
          ...notes,
        ].join('\n');
      }
      const [done, planned] = isNew ? ['Created', 'Would create'] : ['Changed', 'Would change'];
      const isRuleShown = differences.some(({ field }) => field === 'rule');
      return [
        `${bold(isPlan ? planned : done)} ${what}:`,
        '',
        ...formatDifferences(differences, colours),
        ...(isRuleShown ? [] : [formatLine('rule', `${rule}${isNew ? '' : ' (unchanged)'}`)]),
        '',
        ...notes,
        isPlan ? PLAN_NOTE : closing(status),
      ].join('\n');
    },
    hasFindings: isPlan && differences.length > 0,
  };
}

const WILL_REACTIVATE =
  'The action is inactive, and would be activated: if somebody has paused it, use --no-activate.';
const REACTIVATED =
  'The action was inactive, and is active again: if somebody had paused it for a reason, run risk-gate pause.';

function isReactivation({ field, from, to }: Difference): boolean {
  return field === 'status' && from === 'inactive' && to === 'active';
}

function closing(status: 'active' | 'inactive'): string {
  return status === 'active'
    ? 'The action is active. The identity server calls it for applications whose access tokens are JWTs.'
    : 'The action is inactive: tokens are issued without Risk Gate until you run risk-gate resume.';
}

const FIELD_WIDTH = 'allowed parameters'.length + 2;

function formatLine(field: string, text: string): string {
  return `  ${field.padEnd(FIELD_WIDTH)}${text}`;
}

function formatDifferences(
  differences: readonly Difference[],
  { dim, green }: Colours,
): readonly string[] {
  return differences.map(({ field, from, to }) => {
    if (from === undefined) return formatLine(field, green(to));
    return formatLine(field, from === to ? `${to} (sent again)` : `${dim(from)} → ${green(to)}`);
  });
}

/** Presents a removal. */
export function presentRemoval(
  { target, name, isPlan }: Context,
  { id }: RemoveResult,
): CommandResult {
  const what = `the action "${name}" of ${target.label}`;
  const hasAction = id !== undefined;
  return {
    json: {
      target: target.label,
      name,
      ...(hasAction && { id }),
      removed: hasAction && !isPlan,
    },
    text: ({ bold }) =>
      [
        hasAction
          ? `${bold(isPlan ? 'Would remove' : 'Removed')} ${what}.`
          : `Nothing to remove: there is no action "${name}" in ${target.label}.`,
        ...(hasAction && !isPlan ? ['Tokens are issued without Risk Gate.'] : []),
        ...(hasAction && isPlan ? [PLAN_NOTE] : []),
      ].join('\n'),
    hasFindings: isPlan && hasAction,
  };
}

/** Presents a rotation. */
export function presentRotation(
  { target, name, isPlan }: Context,
  { steps, isResumed }: RotateResult,
  previousTtl: string | undefined,
): CommandResult {
  const what = `the credential of the action "${name}" of ${target.label}`;
  return {
    json: { target: target.label, name, rotated: !isPlan, resumed: isResumed, steps },
    text: ({ bold }) =>
      isPlan
        ? [
            `${bold(isResumed ? 'Would finish rotating' : 'Would rotate')} ${what}:`,
            '',
            ...steps.map((step, index) => `  ${index + 1}. ${step}`),
            '',
            PLAN_NOTE,
          ].join('\n')
        : [
            `${bold(isResumed ? 'Finished rotating' : 'Rotated')} ${what}.`,
            `The tasks accept the previous secret for ${previousTtl ?? 'credentialPreviousTtl, 24h by default'}, from when the new one was stored.`,
          ].join('\n'),
    hasFindings: isPlan,
  };
}
