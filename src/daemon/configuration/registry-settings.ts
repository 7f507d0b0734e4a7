// How registries are reached, and how much is transferred at a time.

import { checkDistributionOptions, type DistributionOptions } from '../../distribution/index.ts';
import type { TransferLimits } from '../../images/index.ts';
import { invalid } from '../../lib/errors.ts';
import type { OptionValues } from './parse-flags.ts';

export interface RegistrySettings {
  mirrors: string[];
  insecureRegistries: string[];
  /** Empty where there is none. */
  proxies: { http: string; https: string; no: string };
  /** Infinity: no limit. */
  maxDownloads: number;
  maxUploads: number;
  attempts: number;
}

/** Proxies that are not set are those of the environment. Throws `invalid` in Docker's words. */
export function readRegistrySettings(values: OptionValues, environment = process.env): RegistrySettings {
  const list = (key: string) => (values[key] as string[] | undefined) ?? [];
  const proxy = (key: string) => {
    const name = key.toUpperCase().replace('-', '_');
    return (values[key] as string | undefined) ?? environment[name] ?? environment[name.toLowerCase()] ?? '';
  };
  const settings: RegistrySettings = {
    mirrors: list('registry-mirrors'),
    insecureRegistries: list('insecure-registries'),
    proxies: { http: proxy('http-proxy'), https: proxy('https-proxy'), no: proxy('no-proxy') },
    maxDownloads: limit(values, 'max-concurrent-downloads', 3),
    maxUploads: limit(values, 'max-concurrent-uploads', 5),
    attempts: attempts(values),
  };
  checkDistributionOptions(distributionOptions(settings, ''));
  return settings;
}

/** What the distribution room is told. */
export function distributionOptions(settings: RegistrySettings, version: string): DistributionOptions {
  const { mirrors, insecureRegistries, proxies, attempts } = settings;
  const certificateFolders = ['/etc/berth/certs.d', '/etc/docker/certs.d'];
  return { mirrors, insecureRegistries, proxies, attempts, certificateFolders, userAgent: `berth/${version}` };
}

/** What the images room is told. */
export function transferLimits({ maxDownloads, maxUploads }: RegistrySettings): TransferLimits {
  return { maxDownloads, maxUploads };
}

function limit(values: OptionValues, key: string, fallback: number): number {
  const value = (values[key] as number | undefined) ?? fallback;
  if (value < 0) throw invalid(`invalid ${key.replaceAll('-', ' ')}: ${value}`);
  return value === 0 ? Number.POSITIVE_INFINITY : value;
}

function attempts(values: OptionValues): number {
  const value = (values['max-download-attempts'] as number | undefined) ?? 5;
  if (value <= 0) throw invalid(`invalid max download attempts: ${value}`);
  return value;
}
