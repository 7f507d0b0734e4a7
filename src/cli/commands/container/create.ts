// `create`, and the making of a container that `run` shares.

import type { ContainerCreateRequest } from '../../../api/types/containers.ts';
import { errorKind } from '../../../lib/errors.ts';
import { familiarReference, parseAnyReference, parseReference, withDefaultTag } from '../../../oci/reference.ts';
import { command } from '../../command.ts';
import { createFlags } from '../../container-config/create-flags.ts';
import { buildCreateRequest } from '../../container-config/create-request.ts';
import type { Context } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { proxyVariables } from '../../host/proxy-variables.ts';
import { platformQuery } from '../../images/platform.ts';
import { defaultPlatform } from '../flags.ts';
import { openIdFile } from './id-file.ts';

export const create = command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  args: atLeast(1),
  flags: createFlags(),
  interspersed: false,
  async run(context, { flags, changed, args }) {
    const [image = '', ...words] = args;
    const { environment, directory } = context.io;
    const proxies = proxyVariables(context.config, { host: context.host, given: flags.env });
    const request = failWithHelp(context, () =>
      buildCreateRequest({ flags, changed, image, command: words, environment, directory, proxies }),
    );
    tellSize(context, request);
    const { id } = await createContainer(context, { request, flags, image });
    await context.print(`${id}\n`);
    return 0;
  },
});

/** A container that was made and not started. */
export interface NewContainer {
  id: string;
}

/** What creating takes besides the request. */
interface CreateInput {
  request: ContainerCreateRequest;
  flags: { name: string; platform: string; pull: string; quiet: boolean; cidfile: string; 'use-api-socket': boolean };
  image: string;
}

/** Creates the container, pulling the image when it is missing or `--pull always` asks for it. */
export async function createContainer(context: Context, input: CreateInput): Promise<NewContainer> {
  const { image, request } = input;
  const flags = { ...input.flags, platform: input.flags.platform || defaultPlatform(context) };
  checkPull(context, flags.pull);
  using idFile = openIdFile(flags.cidfile);
  const name = imageName(image);
  if (flags['use-api-socket']) mountSocket(context, request);
  if (flags.pull === 'always') await pullFor(context, name, flags);
  const body = name === image || name.includes('@') ? request : { ...request, Image: image };
  const query = {
    ...(flags.name && { name: flags.name }),
    ...(flags.platform && { platform: platformQuery(flags.platform) }),
  };
  const post = () => context.client.call('ContainerCreate', { query, body });
  let created: Awaited<ReturnType<typeof post>>;
  try {
    created = await post();
  } catch (error) {
    if (errorKind(error) !== 'not-found' || flags.pull !== 'missing' || !/image/i.test(String(error))) throw error;
    if (!flags.quiet) context.warn(`Unable to find image '${name}' locally`);
    await pullFor(context, name, flags);
    created = await post();
  }
  for (const warning of created.Warnings ?? []) context.warn(`WARNING: ${warning}`);
  idFile.write(created.Id);
  return { id: created.Id };
}

/** Pulls the image of a container; what happens is told on standard error, the output being the container's. */
async function pullFor(context: Context, name: string, flags: CreateInput['flags']): Promise<void> {
  // Only commands that pull pay for loading it.
  const { pullImage } = await import('../../images/pull-image.ts');
  const reference = withDefaultTag(parseReference(name));
  const output = flags.quiet ? undefined : context.io.stderr;
  await pullImage(context, reference, { platform: flags.platform, output });
}

/** Runs `build`; what it throws becomes Docker's complaint about arguments, exit code 125. */
export function failWithHelp<T>(context: Context, build: () => T): T {
  try {
    return build();
  } catch (error) {
    const { program } = context.io;
    const help = `Run '${program} ${context.commandPath} --help' for more information`;
    throw new ExitError(125, `${program}: ${(error as Error).message}\n\n${help}`, { cause: error });
  }
}

function checkPull(context: Context, pull: string): void {
  if (['always', 'missing', 'never', ''].includes(pull)) return;
  failWithHelp(context, () => {
    throw new Error(`invalid pull option: '${pull}': must be one of "always", "missing" or "never"`);
  });
}

/** The image as Docker names it in messages and pulls, with its tag; an ID stays as it is. */
function imageName(text: string): string {
  const parsed = parseAnyReference(text);
  return 'digest' in parsed ? parsed.digest : familiarReference(withDefaultTag(parsed.reference));
}

/** Lets a terminal of the container begin with the size of ours. */
export function tellSize({ io }: Context, request: ContainerCreateRequest): void {
  const size = io.stdout.size();
  if (size) request.HostConfig = { ...request.HostConfig, ConsoleSize: [size.rows, size.columns] };
}

function mountSocket(context: Context, request: ContainerCreateRequest): void {
  const path = /^unix:\/\/(.*)$/.exec(context.host)?.[1];
  if (path === undefined) throw new Error('--use-api-socket needs a daemon on a unix socket');
  const mount = { Type: 'bind' as const, Source: path, Target: '/var/run/docker.sock', BindOptions: {} };
  request.HostConfig = { ...request.HostConfig, Mounts: [...(request.HostConfig?.Mounts ?? []), mount] };
}
