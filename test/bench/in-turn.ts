/**
 * Measures the same of several servers in turn, round by round, so that what slows the machine for a while
 * slows all of them. Each round begins with another one: to be first or last is nobody's advantage.
 */
export async function inTurn<Name extends string, Sample>(
  names: readonly Name[],
  rounds: number,
  measure: (name: Name, round: number) => Promise<Sample>,
): Promise<Record<Name, Sample[]>> {
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    Sample[]
  >;
  for (let round = 0; round < rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      samples[name].push(await measure(name, round));
    }
  }
  return samples;
}
