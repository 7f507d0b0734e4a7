// What the arguments of each command are names of.

import type { Context } from '../context.ts';
import { type Completion, fileNames, noWords, wordsOf } from './completion.ts';
import {
  type ContainerState,
  containerNames,
  contextNames,
  imageNames,
  networkNames,
  registryNames,
  volumeNames,
} from './names.ts';

/** What is offered after `args`. */
type Rule = (context: Context, args: readonly string[]) => Promise<Completion> | Completion;

const containers =
  (...states: ContainerState[]): Rule =>
  async (context, args) =>
    without(await containerNames(context, states), args);
const images: Rule = async (context, args) => without(await imageNames(context), args);
const volumes: Rule = async (context, args) => without(await volumeNames(context), args);
const networks: Rule = async (context, args) => without(await networkNames(context), args);
const contexts: Rule = (context, args) => without(contextNames(context), args);

const registries: Rule = (context, args) => without(registryNames(context), args);

/** `rule` for the first argument, `then` for those that follow. */
const first =
  (rule: Rule, then: Rule = () => noWords): Rule =>
  (context, args) =>
    args.length === 0 ? rule(context, args) : then(context, args.slice(1));
const files: Rule = () => fileNames;

const anything: Rule = async (context, args) => {
  const all = await Promise.all([
    containerNames(context),
    imageNames(context),
    volumeNames(context),
    networkNames(context),
  ]);
  return without([...new Set(all.flat())], args);
};

const rules: Readonly<Record<string, Rule>> = {
  'container attach': first(containers('running')),
  'container commit': first(containers()),
  'container cp': files,
  'container create': first(images, files),
  'container diff': first(containers()),
  'container exec': first(containers('running')),
  'container export': first(containers()),
  'container inspect': containers(),
  'container kill': containers('running'),
  'container logs': first(containers()),
  'container pause': containers('running'),
  'container port': first(containers('running')),
  'container rename': first(containers()),
  'container restart': containers(),
  'container rm': containers(),
  'container run': first(images, files),
  'container start': containers('exited', 'created'),
  'container stats': containers('running'),
  'container stop': containers('running'),
  'container top': first(containers('running')),
  'container unpause': containers('paused'),
  'container update': containers(),
  'container wait': containers(),
  'context export': first(contexts, files),
  'context import': first(() => noWords, files),
  'context inspect': contexts,
  'context rm': contexts,
  'context update': first(contexts),
  'context use': first(contexts),
  'image history': first(images),
  'image import': first(files),
  'image inspect': images,
  'image ls': first(images),
  'image push': first(images),
  'image rm': images,
  'image save': images,
  'image tag': first(images, first(images)),
  inspect: anything,
  login: first(registries),
  logout: first(registries),
  'network connect': first(networks, first(containers())),
  'network disconnect': first(networks, first(containers())),
  'network inspect': networks,
  'network rm': networks,
  'registry ls': first(registries),
  'volume inspect': volumes,
  'volume rm': volumes,
};

/** What may follow `args` of the command at `path`. */
export async function argumentWords(path: string, args: readonly string[], context: Context): Promise<Completion> {
  return (await rules[path]?.(context, args)) ?? noWords;
}

const without = (names: readonly string[], args: readonly string[]) =>
  wordsOf(names.filter(name => !args.includes(name)));
