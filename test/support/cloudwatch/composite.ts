import { compileExpression, type Series } from './expression.ts';

/**
 * Compiles the rule of a composite alarm: `ALARM("<name>")` with AND, OR and parentheses, which have the same
 * syntax in metric math.
 *
 * @param isInAlarm whether an alarm is in alarm in a minute, by its name in the rule.
 * @throws Error for anything else.
 */
export function compileRule(
  rule: string,
  isInAlarm: (alarm: string, minute: number) => boolean,
): (minute: number) => boolean {
  const states = new Map<string, Series>();
  const expression = rule.replace(/ALARM\("([^"]+)"\)/g, (_, alarm: string) => {
    const name = `alarm${states.size}`;
    states.set(name, (minute) => Number(isInAlarm(alarm, minute)));
    return name;
  });
  const result = compileExpression(expression, states);
  return (minute) => result(minute) === 1;
}

/** Evaluates the rule of a composite alarm for given states of its alarms. */
export function ruleIsTrue(rule: string, isInAlarm: (alarm: string) => boolean): boolean {
  return compileRule(rule, isInAlarm)(0);
}
