// What the registry does besides serving: upstreams, collections and webhooks in the configuration file.

import { readFileSync } from 'node:fs';
import { errorMessage, invalid } from '../../../lib/errors.ts';
import {
  type CollectionOptions,
  defaultOptions,
  isRepositoryName,
  type RetentionRule,
  type UpstreamOptions,
  type WebhookAction,
  type WebhookOptions,
} from '../../../registry/index.ts';
import type { Section } from './checks.ts';

const usualFreshness = 60_000;
const usualWait = 5_000;
// Some eight hours, with pauses of five minutes at last.
const usualAttempts = 100;
const webhookActions: readonly WebhookAction[] = ['push', 'pull', 'mount', 'delete'];

/** `upstreams` of the file, and what `--upstream prefix=domain` adds. Throws `invalid`. */
export function readUpstreams(file: Section, flags: Readonly<Record<string, string>>): UpstreamOptions[] {
  const listed = file.sections('upstreams').map((section): UpstreamOptions => {
    const passwordFile = section.string('password-file');
    const username = section.string('username');
    const domain = section.required('registry', section.string('registry'));
    if (!isDomain(domain)) section.refuse('registry', notDomain(domain));
    if ((username === undefined) !== (passwordFile === undefined)) {
      section.refuse('username', 'goes with a password-file, and that with it');
    }
    const prefix = section.required('prefix', section.string('prefix'));
    if (!isRepositoryName(prefix)) section.refuse('prefix', `"${prefix}" cannot begin the name of a repository`);
    const upstream = {
      prefix,
      ...{ domain, username },
      password: passwordFile === undefined ? undefined : readSecret(passwordFile),
      fresh: section.duration('fresh') ?? usualFreshness,
      wait: section.duration('wait') ?? usualWait,
    };
    section.done();
    return upstream;
  });
  const added = Object.entries(flags).map(([prefix, domain]) => {
    if (!isDomain(domain))
      throw invalid(`invalid argument "${prefix}=${domain}" for "--upstream": ${notDomain(domain)}`);
    return { prefix, domain, fresh: usualFreshness, wait: usualWait };
  });
  const all = [...listed.filter(one => !Object.hasOwn(flags, one.prefix)), ...added];
  const prefixes = new Set<string>();
  for (const { prefix } of all) {
    if (prefixes.has(prefix)) throw invalid(`upstreams: prefix "${prefix}" is there twice`);
    prefixes.add(prefix);
  }
  return all;
}

function isDomain(text: string): boolean {
  return /^[a-zA-Z0-9.:[\]-]+$/.test(text) && URL.canParse(`https://${text}`);
}

const notDomain = (text: string) => `"${text}" is no registry: expected host or host:port`;

/** `gc` of the file. */
export function readCollection(file: Section): CollectionOptions {
  const section = file.section('gc');
  const usual = defaultOptions.collection;
  const collection: CollectionOptions = {
    interval: section.duration('interval') ?? usual.interval,
    grace: section.duration('grace') ?? usual.grace,
    untagged: section.duration('untagged') ?? usual.untagged,
    retention: section.sections('retention').map(readRetention),
  };
  // Pushes that run must not outlast it.
  if (collection.grace < 60_000) throw invalid('gc.grace: at least one minute');
  section.done();
  return collection;
}

function readRetention(section: Section): RetentionRule {
  const rule: RetentionRule = {
    repositories: section.strings('repositories') ?? ['**'],
    tags: section.strings('tags') ?? ['*'],
    keepLast: section.count('keep-last'),
    maxAge: section.duration('max-age'),
  };
  if (rule.keepLast === undefined && rule.maxAge === undefined) {
    section.refuse('keep-last', 'is missing, and so is max-age: a rule needs one of them');
  }
  section.done();
  return rule;
}

/** `webhooks` of the file. */
export function readWebhooks(file: Section): WebhookOptions[] {
  const names = new Set<string>();
  return file.sections('webhooks').map(section => {
    const url = section.required('url', section.string('url'));
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) section.refuse('url', `"${url}" is no http or https URL`);
    const webhook: WebhookOptions = {
      name: section.string('name') ?? usualName(new URL(url), names),
      url,
      headers: section.stringMap('headers'),
      actions: section.words('actions', webhookActions) ?? ['push', 'delete'],
      timeout: section.duration('timeout') ?? 5000,
      backoff: section.duration('backoff') ?? 1000,
      attempts: section.count('attempts') ?? usualAttempts,
    };
    section.done();
    // What waits for one is kept under its name.
    if (names.has(webhook.name)) section.refuse('name', `"${webhook.name}" is another webhook's already`);
    names.add(webhook.name);
    return webhook;
  });
}

/** Of several on one host the first is called by that alone. */
function usualName({ host, pathname }: URL, taken: ReadonlySet<string>): string {
  return taken.has(host) ? `${host}${pathname}` : host;
}

function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw invalid(`password-file: ${errorMessage(error)}`, error);
  }
}
