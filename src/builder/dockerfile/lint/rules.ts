// The lint rules of the Dockerfile frontend with their exact words.
import { quoteGo } from '../../../lib/template/quote.ts';
import type { LineRange, Warning } from '../syntax.ts';

interface Rule {
  readonly description: string;
  /** Where Docker's documentation has one. */
  readonly page?: string;
  /** Reports only when `# check=experimental=…` names it. */
  readonly experimental?: boolean;
  readonly message: (...details: string[]) => string;
}

const did = (word: string | undefined) => (word ? ` (did you mean ${word}?)` : '');

const rules = {
  StageNameCasing: {
    description: 'Stage names should be lowercase',
    page: 'stage-name-casing',
    message: name => `Stage name '${name}' should be lowercase`,
  },
  FromAsCasing: {
    description: "The 'as' keyword should match the case of the 'from' keyword",
    page: 'from-as-casing',
    message: (from, as) => `'${as}' and '${from}' keywords' casing do not match`,
  },
  NoEmptyContinuation: {
    description: 'Empty continuation lines will become errors in a future release',
    page: 'no-empty-continuation',
    message: () => 'Empty continuation line',
  },
  ConsistentInstructionCasing: {
    description: 'All commands within the Dockerfile should use the same casing (either upper or lower)',
    page: 'consistent-instruction-casing',
    message: (keyword, casing) => `Command '${keyword}' should match the case of the command majority (${casing})`,
  },
  DuplicateStageName: {
    description: 'Stage names should be unique',
    page: 'duplicate-stage-name',
    message: name => `Duplicate stage name ${quoteGo(name!)}, stage names should be unique`,
  },
  ReservedStageName: {
    description: 'Reserved words should not be used as stage names',
    page: 'reserved-stage-name',
    message: name => `Stage name should not use the same name as reserved stage ${quoteGo(name!)}`,
  },
  JSONArgsRecommended: {
    description: 'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
    page: 'json-args-recommended',
    message: name => `JSON arguments recommended for ${name} to prevent unintended behavior related to OS signals`,
  },
  MaintainerDeprecated: {
    description: 'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
    page: 'maintainer-deprecated',
    message: () => 'Maintainer instruction is deprecated in favor of using label',
  },
  UndefinedArgInFrom: {
    description: 'FROM command must use declared ARGs',
    page: 'undefined-arg-in-from',
    message: (name, near) => `FROM argument '${name}' is not declared${did(near)}`,
  },
  WorkdirRelativePath: {
    description:
      'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
    page: 'workdir-relative-path',
    message: path => `Relative workdir ${quoteGo(path!)} can have unexpected results if the base image changes`,
  },
  UndefinedVar: {
    description: 'Variables should be defined before their use',
    page: 'undefined-var',
    message: (name, near) => `Usage of undefined variable '$${name}'${did(near && `$${near}`)}`,
  },
  MultipleInstructionsDisallowed: {
    description: 'Multiple instructions of the same type should not be used in the same stage',
    page: 'multiple-instructions-disallowed',
    message: name =>
      `Multiple ${name} instructions should not be used in the same stage because only the last one will be used`,
  },
  LegacyKeyValueFormat: {
    description: 'Legacy key/value format with whitespace separator should not be used',
    page: 'legacy-key-value-format',
    message: name => `"${name} key=value" should be used instead of legacy "${name} key value" format`,
  },
  RedundantTargetPlatform: {
    description: 'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
    page: 'redundant-target-platform',
    message: variable =>
      `Setting platform to predefined ${variable} in FROM is redundant as this is the default behavior`,
  },
  SecretsUsedInArgOrEnv: {
    description: 'Sensitive data should not be used in the ARG or ENV commands',
    page: 'secrets-used-in-arg-or-env',
    message: (keyword, name) => `Do not use ARG or ENV instructions for sensitive data (${keyword} ${quoteGo(name!)})`,
  },
  InvalidDefaultArgInFrom: {
    description: 'Default value for global ARG results in an empty or invalid base image name',
    page: 'invalid-default-arg-in-from',
    message: base => `Default value for ARG ${base} results in empty or invalid base image name`,
  },
  FromPlatformFlagConstDisallowed: {
    description: 'FROM --platform flag should not use a constant value',
    page: 'from-platform-flag-const-disallowed',
    message: platform => `FROM --platform flag should not use constant value ${quoteGo(platform!)}`,
  },
  InvalidBaseImagePlatform: {
    description: 'Base image platform does not match expected target platform',
    message: (name, found, expected) =>
      `Base image ${name} was pulled with platform ${quoteGo(found!)}, expected ${quoteGo(expected!)} for current build`,
  },
  CopyIgnoredFile: {
    description: 'Attempting to Copy file that is excluded by .dockerignore',
    page: 'copy-ignored-file',
    message: (verb, path) => `Attempting to ${verb} file ${quoteGo(path!)} that is excluded by .dockerignore`,
    experimental: true,
  },
  InvalidDefinitionDescription: {
    description:
      'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.',
    page: 'invalid-definition-description',
    message: (keyword, name) => `Comment for ${keyword} should follow the format: \`# ${name} <description>\``,
    experimental: true,
  },
  ExposeProtoCasing: {
    description: 'Protocol in EXPOSE instruction should be lowercase',
    page: 'expose-proto-casing',
    message: port => `Defined protocol '${port}' in EXPOSE instruction should be lowercase`,
  },
  ExposeInvalidFormat: {
    description:
      'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
    page: 'expose-invalid-format',
    message: port => `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type RuleName = keyof typeof rules;

/** A finding of a rule at some lines; `details` are what its message names. */
export function finding(name: RuleName, range: LineRange, ...details: (string | undefined)[]): Warning {
  const rule: Rule = rules[name];
  return {
    rule: name,
    description: rule.description,
    url: rule.page === undefined ? '' : `https://docs.docker.com/go/dockerfile/rule/${rule.page}/`,
    message: rule.message(...(details as string[])),
    ranges: [range],
  };
}

/** Whether a rule is one of those that have to be asked for. */
export function isExperimental(name: string): boolean {
  return Object.hasOwn(rules, name) && 'experimental' in rules[name as RuleName];
}
