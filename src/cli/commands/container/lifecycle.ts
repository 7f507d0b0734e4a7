// Commands that do one simple thing to containers: stop, restart, kill, pause, unpause, rm, wait, rename.

import { isFromDaemon } from '../../../client/index.ts';
import { errorKind } from '../../../lib/errors.ts';
import { command } from '../../command.ts';
import { describeFailure } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { atLeast, exactly } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { int } from '../../grammar/number-flags.ts';
import { forEach } from '../for-each.ts';

const usage = 'CONTAINER [CONTAINER...]';
const usageWithOptions = `[OPTIONS] ${usage}`;

const endFlags = () => ({
  signal: string('Signal that asks the container to end', { short: 's' }),
  timeout: int('Seconds to wait before it is killed', { short: 't', aliases: ['time'] }),
});

export const stop = command({
  usage: usageWithOptions,
  args: atLeast(1),
  flags: endFlags(),
  run: (context, { flags, changed, args }) =>
    forEach(context, args, { parallel: true }, async id => {
      await context.client.call('ContainerStop', { path: { id }, query: endQuery(flags, changed('timeout')) });
      return id;
    }),
});

export const restart = command({
  usage: usageWithOptions,
  args: atLeast(1),
  flags: endFlags(),
  run: (context, { flags, changed, args }) =>
    forEach(context, args, {}, async id => {
      await context.client.call('ContainerRestart', { path: { id }, query: endQuery(flags, changed('timeout')) });
      return id;
    }),
});

function endQuery(flags: { signal: string; timeout: number }, hasTimeout: boolean) {
  return { ...(flags.signal && { signal: flags.signal }), ...(hasTimeout && { t: flags.timeout }) };
}

export const kill = command({
  usage: usageWithOptions,
  args: atLeast(1),
  flags: { signal: string('Signal to send', { short: 's' }) },
  run: (context, { flags, args }) =>
    forEach(context, args, { parallel: true }, async id => {
      await context.client.call('ContainerKill', { path: { id }, query: flags.signal ? { signal: flags.signal } : {} });
      return id;
    }),
});

export const pause = command({
  usage,
  args: atLeast(1),
  flags: {},
  run: (context, { args }) =>
    forEach(context, args, { parallel: true }, async id => {
      await context.client.call('ContainerPause', { path: { id } });
      return id;
    }),
});

export const unpause = command({
  usage,
  args: atLeast(1),
  flags: {},
  run: (context, { args }) =>
    forEach(context, args, { parallel: true }, async id => {
      await context.client.call('ContainerUnpause', { path: { id } });
      return id;
    }),
});

export const remove = command({
  usage: usageWithOptions,
  args: atLeast(1),
  flags: {
    force: bool('Kill it first if it is running', { short: 'f' }),
    link: bool('Remove the link of this name', { short: 'l' }),
    volumes: bool('Remove its anonymous volumes too', { short: 'v' }),
  },
  run: (context, { flags, args }) =>
    forEach(context, args, { parallel: true, forgive: error => flags.force && isMissing(error) }, async name => {
      const id = name.replace(/^\/+/, '');
      if (id === '') throw new Error('container name cannot be empty');
      const query = {
        ...(flags.volumes && { v: true }),
        ...(flags.link && { link: true }),
        ...(flags.force && { force: true }),
      };
      await context.client.call('ContainerDelete', { path: { id }, query });
      return name;
    }),
});

const isMissing = (error: unknown) => isFromDaemon(error) && errorKind(error) === 'not-found';

export const wait = command({
  usage: 'CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: {},
  run: (context, { args }) =>
    forEach(context, args, {}, async id => {
      const result = await context.client.call('ContainerWait', { path: { id } });
      if (result.Error?.Message) throw new Error(result.Error.Message);
      return String(result.StatusCode);
    }),
});

export const rename = command({
  usage: 'CONTAINER NEW_NAME',
  args: exactly(2),
  flags: {},
  async run(context, { args }) {
    const [id, name] = args.map(arg => arg.trim()) as [string, string];
    if (id === '' || name === '') throw new Error('Error: Neither old nor new names may be empty');
    try {
      await context.client.call('ContainerRename', { path: { id }, query: { name } });
    } catch (error) {
      throw new ExitError(1, `${describeFailure(error)}\nError: failed to rename container named ${id}`, {
        cause: error,
      });
    }
    return 0;
  },
});
