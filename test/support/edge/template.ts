/** A template as JSON: synthesised, or read from a deployed stack. */
export interface EdgeTemplate {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: unknown }>
  >;
}

/** Values of `Ref` by logical id, and of `Fn::GetAtt` by `<logical id>.<attribute>`. */
export type ResolvedValues = Readonly<Record<string, string>>;

export interface EdgeResource<P> {
  readonly id: string;
  readonly properties: P;
}

/** Returns the resources of a type. */
export function resourcesOf<P>(
  { Resources }: EdgeTemplate,
  type: string,
): readonly EdgeResource<P>[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => ({ id, properties: Properties as P }));
}

/** Returns the resource of a type, if there is one. @throws Error if there are several. */
export function resourceOf<P>(template: EdgeTemplate, type: string): EdgeResource<P> | undefined {
  const [first, ...others] = resourcesOf<P>(template, type);
  if (others.length > 0) throw new Error(`Expected one resource of type ${type}.`);
  return first;
}

/** Returns the logical id of the resource that a `Ref` or `Fn::GetAtt` refers to. */
export function referenced(value: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as {
    Ref?: string;
    'Fn::GetAtt'?: readonly string[];
  };
  return Ref ?? attribute?.[0];
}

/** Returns the text of a value. @throws Error if it refers to something that `values` lacks. */
export function textOf(value: unknown, values: ResolvedValues): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const {
    Ref,
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
  } = value as {
    Ref?: string;
    'Fn::GetAtt'?: readonly string[];
    'Fn::Join'?: readonly [separator: string, parts: readonly unknown[]];
  };
  if (join !== undefined) return join[1].map((part) => textOf(part, values)).join(join[0]);
  const name = Ref ?? attribute?.join('.');
  const text = name === undefined ? undefined : values[name];
  if (text === undefined) {
    throw new Error(`The value ${JSON.stringify(value)} is unknown: add it to \`values\`.`);
  }
  return text;
}
