/** Whether a composite alarm's rule holds. @param stands whether an alarm, by what its rule names, is in alarm */
export function ruleIsTrue(rule: string, stands: (alarm: string) => boolean): boolean {
  const tokens = rule.match(/ALARM\("[^"]+"\)|AND|OR|NOT|[()]|\S+/g) ?? [];
  const either = (): boolean => {
    let value = both();
    while (tokens[0] === 'OR') {
      tokens.shift();
      // Both sides are read, whatever the first one is.
      const other = both();
      value = value || other;
    }
    return value;
  };
  const both = (): boolean => {
    let value = single();
    while (tokens[0] === 'AND') {
      tokens.shift();
      const other = single();
      value = value && other;
    }
    return value;
  };
  const single = (): boolean => {
    const token = tokens.shift() ?? '';
    if (token === 'NOT') return !single();
    if (token === '(') {
      const value = either();
      if (tokens.shift() !== ')') throw new Error(`")" is missing in ${rule}.`);
      return value;
    }
    const [, alarm] = /^ALARM\("([^"]+)"\)$/.exec(token) ?? [];
    if (alarm === undefined) throw new Error(`"${token}" is not known in ${rule}.`);
    return stands(alarm);
  };
  const value = either();
  if (tokens.length > 0) throw new Error(`"${tokens.join(' ')}" is left over in ${rule}.`);
  return value;
}
