// What a build of the history is called: what of it differs from other builds.
import { basename, join } from 'node:path';

/** From the attributes of its frontend: where it is from, a Dockerfile of another name, the target. */
export function buildName(attributes: Readonly<Record<string, string>>): string {
  const { context, target, filename = '' } = attributes;
  const source = attributes['vcs:source'];
  const folder = attributes['vcs:localdir:context'];
  const origin = context ?? (source === undefined ? '' : basename(source, '.git'));
  const place = folder === undefined || folder === '.' ? origin : join(origin, folder);
  const file = filename === 'Dockerfile' ? '' : filename;
  const name = place !== '' && file !== '' ? `${place}/${file}` : place || file;
  return target ? `${name} (${target})`.trim() : name;
}
