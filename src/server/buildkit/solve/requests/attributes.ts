// Attributes, in which BuildKit's clients say what they want of frontends and exporters.

export type Attributes = Readonly<Record<string, string>>;

/** Those that begin like this, without it: build arguments are `build-arg:NAME`. */
export function prefixed(attributes: Attributes, prefix: string): Record<string, string> {
  const own = Object.entries(attributes).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
