// Regular expressions as Go writes them.
import type { Value } from '../value.ts';

/** The first match: the text, or its groups. Throws a plain Error where there is none. */
export function matchOne(pattern: string, text: string): Value {
  const match = regularExpression(pattern).exec(text);
  if (!match) throw new Error('pattern did not match any part of the given string');
  return matched(match);
}

/** All matches. Throws a plain Error for what is no pattern. */
export function matchAll(pattern: string, text: string): Value {
  return [...text.matchAll(regularExpression(pattern, 'g'))].map(matched);
}

/** `$1`, `${1}`, `$name` in `to` are groups, `$$` is `$`. Throws a plain Error for what is no pattern. */
export function replaceAll(text: string, pattern: string, to: string): string {
  return [...text.matchAll(regularExpression(pattern, 'g'))]
    .reverse()
    .reduce(
      (result, match) => result.slice(0, match.index) + expand(to, match) + result.slice(match.index + match[0].length),
      text,
    );
}

function matched(match: RegExpExecArray): Value {
  const [whole, ...groups] = match;
  if (match.groups)
    return Object.fromEntries(Object.entries(match.groups).map(([name, value]) => [name, value ?? null]));
  return groups.length > 0 ? groups.map(group => group ?? null) : whole;
}

function expand(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
    const name = bare ?? braced;
    if (name === undefined) return whole.slice(1);
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
  });
}

const classes: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: '0-9A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
  punct: '!-\\/:-@\\[-`\\{-~',
};

function regularExpression(pattern: string, flags = ''): RegExp {
  const [, options = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  const source = pattern
    .slice(options === '' ? 0 : options.length + 3)
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:(\w+):\]/g, (whole, name: string) =>
      Object.hasOwn(classes, name) ? (classes[name] as string) : whole,
    )
    .replace(/\\([pP])([A-Z])/g, '\\$1{$2}')
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$');
  try {
    return new RegExp(source, `${options}${flags}u`);
  } catch (error) {
    throw new Error(`invalid regexp pattern: ${(error as Error).message}`, { cause: error });
  }
}
