// `${NAME}` in the texts of a bake file.

export type Variables = (name: string) => string | undefined;

/** All texts in a JSON value with their variables filled in; `$${` is `${`. Throws a plain Error for one that is not known. */
export function interpolate<T>(value: T, variables: Variables, where: string): T {
  if (typeof value === 'string') return fill(value, variables, where) as T;
  if (Array.isArray(value)) return value.map((item, at) => interpolate(item, variables, `${where}[${at}]`)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    fill(key, variables, where),
    interpolate(item, variables, `${where}.${key}`),
  ]);
  return Object.fromEntries(entries) as T;
}

function fill(text: string, variables: Variables, where: string): string {
  return text.replace(/\$\$\{|\$\{([^}]*)\}/g, (whole, expression: string | undefined) => {
    if (expression === undefined) return '${';
    const name = expression.trim();
    if (!/^[\w.-]+$/.test(name)) {
      throw new Error(`${where}: ${whole}: only names of variables can stand here, not expressions`);
    }
    const value = variables(name);
    if (value === undefined) throw new Error(`${where}: there is no variable named ${JSON.stringify(name)}`);
    return value;
  });
}
