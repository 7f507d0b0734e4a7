// What `docker logs --details` puts before each line: labels and variables of the container that its log options name.

import type { ContainerRecord } from '../state/container.ts';

/** `k=v,k2=v2`, sorted and escaped as in a query; '' without any. An expression that is none names nothing. */
export function logDetails({ config, hostConfig }: Pick<ContainerRecord, 'config' | 'hostConfig'>): string {
  const options = hostConfig.LogConfig?.Config ?? {};
  const variables = (config.Env ?? []).flatMap(text => {
    const equals = text.indexOf('=');
    return equals < 0 ? [] : [[text.slice(0, equals), text.slice(equals + 1)] as const];
  });
  const labels = chosen(Object.entries(config.Labels ?? {}), options.labels, options['labels-regex']);
  const env = chosen(variables, options.env, options['env-regex']);
  return Object.entries({ ...labels, ...env })
    .map(([key, value]) => `${queryEscape(key)}=${queryEscape(value)}`)
    .sort()
    .join(',');
}

function chosen(
  entries: readonly (readonly [string, string])[],
  names: string | undefined,
  expression: string | undefined,
): Record<string, string> {
  const listed = new Set((names ?? '').split(','));
  const pattern = expressionOf(expression);
  return Object.fromEntries(entries.filter(([key]) => listed.has(key) || pattern?.test(key)));
}

function expressionOf(text: string | undefined): RegExp | undefined {
  try {
    return text ? new RegExp(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Go's url.QueryEscape. */
function queryEscape(text: string): string {
  const strict = encodeURIComponent(text).replace(
    /[!'()*]/g,
    one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return strict.replaceAll('%20', '+');
}
