// `--call=outline` and `--call=targets`: what a Dockerfile asks for and offers.
import type { DockerfileDescription } from '../../../../builder/index.ts';
import { type FrontendAnswer, formatJson, formatTable, locationOf, textAnswer } from './frontend-answer.ts';

/** The shape of BuildKit's frontend/subrequests/outline. */
export function outlineAnswer({ outline, source }: DockerfileDescription): FrontendAnswer {
  const { name, description } = outline;
  const args = outline.args.map(arg => ({
    name: arg.name,
    description: arg.description || undefined,
    value: arg.value || undefined,
    location: locationOf([arg.range]),
  }));
  const mounts = (list: DockerfileDescription['outline']['secrets']) =>
    list.map(mount => ({
      name: mount.name,
      required: mount.required || undefined,
      location: locationOf([mount.range]),
    }));
  const value = {
    name: name || undefined,
    description: description || undefined,
    args: orNothing(args),
    secrets: orNothing(mounts(outline.secrets)),
    ssh: orNothing(mounts(outline.ssh)),
    sources: [Buffer.from(source).toString('base64')],
  };
  return textAnswer({ 'result.json': formatJson(value), 'result.txt': outlineText(outline), version: '1.0.0' });
}

/** As BuildKit's own clients print it: a table for each kind of thing there is. */
function outlineText({ args, description, name, secrets, ssh }: DockerfileDescription['outline']): string {
  const about = [
    ...(name || description ? [['TARGET:', name || '(default)']] : []),
    ...(description ? [['DESCRIPTION:', description]] : []),
  ];
  const mounts = (title: string, list: typeof secrets) => [
    [title, 'REQUIRED'],
    ...list.map(({ name: id, required }) => [id, required ? 'true' : '']),
  ];
  const tables = [
    formatTable([
      ['BUILD ARG', 'VALUE', 'DESCRIPTION'],
      ...args.map(arg => [arg.name, arg.value ?? '', arg.description]),
    ]),
    formatTable(mounts('SECRET', secrets)),
    formatTable(mounts('SSH', ssh)),
  ].filter((_, index) => [args, secrets, ssh][index]!.length > 0);
  return [...(about.length > 0 ? [formatTable(about, 1)] : []), ...tables].map(table => `${table}\n`).join('');
}

/** The shape of BuildKit's frontend/subrequests/targets. */
export function targetsAnswer({ targets, source }: DockerfileDescription): FrontendAnswer {
  const value = {
    targets: targets.map(target => ({
      name: target.name,
      default: target.default || undefined,
      description: target.description || undefined,
      base: target.base,
      platform: target.platform,
      location: locationOf([target.range]),
    })),
    sources: [Buffer.from(source).toString('base64')],
  };
  const rows = targets.map(target => {
    const parts = [...(target.name === undefined ? [] : [target.name]), ...(target.default ? ['(default)'] : [])];
    return [parts.join(' '), target.description];
  });
  return textAnswer({
    'result.json': formatJson(value),
    'result.txt': formatTable([['TARGET', 'DESCRIPTION'], ...rows], 1),
    version: '1.0.0',
  });
}

/** Go leaves out what is empty. */
function orNothing<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
